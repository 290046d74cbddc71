"""What `kstar-tui COMMAND` does, a module for each command."""
