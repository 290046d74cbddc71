"""What somebody should be told of by itself: once when it begins, and once when it is over."""
