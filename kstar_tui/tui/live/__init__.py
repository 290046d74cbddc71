"""The Live screen: where the power goes, now and over the last hours."""
