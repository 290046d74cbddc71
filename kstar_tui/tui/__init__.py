"""The full-screen terminal app: the only part that knows Textual."""
