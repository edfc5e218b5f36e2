"""Short names for the arrays of the rows."""

import numpy as np

__all__ = ["INF", "NAN", "c128", "f16", "f32", "f64", "ints"]

NAN, INF = float("nan"), float("inf")


def c128(*numbers):
    return np.asarray(numbers, dtype=np.complex128)


def f64(*numbers):
    return np.asarray(numbers, dtype=np.float64)


def f32(*numbers):
    return np.asarray(numbers, dtype=np.float32)


def f16(*numbers):
    return np.asarray(numbers, dtype=np.float16)


def ints(*numbers, dtype=np.int64):
    return np.asarray(numbers, dtype=dtype)
