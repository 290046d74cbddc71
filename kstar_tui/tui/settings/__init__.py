"""The Settings screen: every setting, where its value comes from, another value, and a test."""
