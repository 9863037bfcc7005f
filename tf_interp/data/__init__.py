"""Data sets, and the (start, goal) pairs drawn from them."""
