"""The Diagnostics screen: frames byte by byte, the link over time, the last search, versions."""
