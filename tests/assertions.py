"""Compare arrays of any library with expected values."""

import numpy as np


def to_numpy(array):
    """Return the values of any library's array, or of nested lists, as NumPy.

    Floating values become float64, which holds every narrower type exactly.
    """
    if type(array).__module__.startswith("dask."):
        array = array.compute()
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        array = array.double() if array.is_floating_point() else array
    array = np.asarray(array)
    # bfloat16 is no floating type to NumPy: its kind is "V", not "f".
    return array if array.dtype.kind in "biu" else array.astype(np.float64)


def assert_close(actual, expected, rtol=1e-12, atol=0):
    """Assert equal shapes and close values; nan equals nan.

    NumPy's own assertion lets a number match an array of any shape; this one does not.
    """
    actual, expected = to_numpy(actual), to_numpy(expected)
    if actual.shape != expected.shape:
        msg = f"shapes must be equal, got {actual.shape}, expected {expected.shape}"
        raise AssertionError(msg)
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)
