"""Every loss beside PyTorch: values, gradients, Hessian-vector products.

`python -m parity` runs the cases of `parity.losses` and prints a table of errors;
pytest runs the same cases from `parity/test_parity.py`.
"""
