"""What is sent along with a bug report: frames, counts and settings, without what names anybody."""
