"""Every loss beside PyTorch: values, slopes and curvature, on every library.

`python -m parity` runs the cases of `parity.losses` and prints a table of errors;
pytest runs the same cases from `parity/test_parity.py`.
"""
