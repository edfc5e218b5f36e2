"""Tests with hand-worked values; comparisons with torch live in `parity/`."""
