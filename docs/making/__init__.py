"""Parts of pages that are made of the code, its docstrings and its figures."""
