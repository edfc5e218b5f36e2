"""The site of the documentation: what it holds, and how it is seen."""
