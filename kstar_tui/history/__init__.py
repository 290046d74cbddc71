"""What is kept on disk: readings, accounts and events, in SQLite."""
