"""Tools for whoever works on funloss; not part of the package."""
