"""The rows of `parity.deviations`, by what they are about."""
