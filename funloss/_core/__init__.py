"""What every loss shares: the way in, the way out, and the wrapper around it."""
