"""The checks of a release, from the clean tree to the installed packages."""
