"""CuPy without a device: a stand-in that holds NumPy arrays, and is as strict.

Its arrays refuse conversion to NumPy and mixture with NumPy's arrays, reductions
return arrays, and functions are CuPy's under NumPy's names. What it cannot show is
what CuPy's own kernels return.
"""

import operator
import sys
import types

import numpy as np
import pytest
import scipy.special

import funloss as fl
from funloss import _array
from tests.assertions import assert_close
from tests.table import rows

MODULES = (
    *("cupy", "cupy.cuda", "cupy.cuda.device", "cupy.linalg", "cupy.fft"),
    *("cupyx", "cupyx.scipy", "cupyx.scipy.special"),
)


class _Device:
    """The only device there is."""

    def __init__(self, device=None):
        assert device is None or isinstance(device, _Device)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


class _Array:
    """An array that nothing but this module reads."""

    __array_ufunc__ = None
    device = _Device()

    def __init__(self, held):
        self.held = held

    def __array__(self, *args, **kwargs):
        msg = "Implicit conversion to a NumPy array is not allowed."
        raise TypeError(msg)

    def __getattr__(self, name):
        # NumPy would read the array by one of its protocols.
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self.held, name)
        return on_device(value) if callable(value) else wrapped(value)

    def __bool__(self):
        return bool(self.held)

    def __int__(self):
        return int(self.held)

    def __float__(self):
        return float(self.held)


def wrapped(value):
    """Return NumPy's arrays and numbers as arrays of the stand-in."""
    if isinstance(value, tuple):
        return tuple(map(wrapped, value))
    if isinstance(value, np.ndarray | np.generic):
        return _Array(np.asarray(value))
    return value


def unwrapped(value):
    """Return what is held; an array of NumPy's own does not belong here."""
    if isinstance(value, tuple | list):
        return type(value)(map(unwrapped, value))
    if isinstance(value, np.ndarray):
        msg = "Unsupported type <class 'numpy.ndarray'>"
        raise TypeError(msg)
    return held(value)


def held(value):
    """Return what an array of the stand-in holds, and anything else as it is."""
    return value.held if isinstance(value, _Array) else value


def on_device(function, take=unwrapped):
    """Return a function of NumPy as one of the stand-in."""

    def call(*args, **kwargs):
        given = {name: unwrapped(x) for name, x in kwargs.items()}
        return wrapped(function(*map(take, args), **given))

    return call


def turned(function):
    """Return a function of two arguments with these exchanged."""
    return lambda one, other: function(other, one)


for _name in vars(operator).keys() & vars(np.ndarray).keys():
    if callable(_function := getattr(operator, _name)):
        setattr(_Array, _name, on_device(_function))
        if (_reflected := f"__r{_name[2:]}") in vars(np.ndarray):
            setattr(_Array, _reflected, on_device(turned(_function)))


def library(name, source):
    """Return a module with the public names of one of NumPy's."""
    module = types.ModuleType(name)
    for key in dir(source):
        value = getattr(source, key)
        if not key.startswith("_") and not isinstance(value, types.ModuleType):
            kept = isinstance(value, type) or not callable(value)
            setattr(module, key, value if kept else on_device(value))
    return module


@pytest.fixture(scope="module")
def cupy():
    """Register the stand-in, with all that is imported under its name."""
    made = {name: types.ModuleType(name) for name in MODULES}
    made["cupy"] = module = library("cupy", np)
    made["cupy.linalg"] = module.linalg = library("cupy.linalg", np.linalg)
    made["cupy.fft"] = module.fft = library("cupy.fft", np.fft)
    made["cupyx.scipy.special"] = library("cupyx.scipy.special", scipy.special)
    module.cuda, module.ndarray = made["cupy.cuda"], _Array
    module.asarray = on_device(np.asarray, held)
    module.array = on_device(np.array, held)
    module.cuda.Device = made["cupy.cuda.device"].Device = _Device
    module.cuda.device = made["cupy.cuda.device"]
    with pytest.MonkeyPatch.context() as patch:
        for name, part in made.items():
            patch.setitem(sys.modules, name, part)
        yield module
        for name in [n for n in sys.modules if n.startswith("array_api_compat.cupy")]:
            del sys.modules[name]
        _array._GENERIC.pop("cupy", None)
        _array._BY_TYPE.pop(_Array, None)


def to_numpy(x):
    assert type(x) is _Array
    return x.held


def test_arrays_are_recognised_and_lie_on_their_device(cupy):
    xp = fl.array_namespace(cupy.asarray([1.0]))
    assert xp.name == "cupy"
    assert xp.standard.__name__ == "array_api_compat.cupy"
    assert type(xp.device_kw(cupy.asarray([1.0]))["device"]) is _Device


def test_arrays_of_numpy_do_not_mix(cupy):
    with pytest.raises(TypeError, match="one library, got input cupy, target numpy"):
        fl.mse_loss(cupy.asarray([1.0]), np.ones(1))
    with pytest.raises(TypeError, match="Implicit conversion"):
        np.asarray(cupy.asarray([1.0]))
    with pytest.raises(TypeError, match="Unsupported type"):
        cupy.exp(np.ones(1))


@rows()
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_every_loss_is_that_of_numpy(cupy, row, dtype):
    got = to_numpy(row.with_options()(*row.made(cupy, dtype)))
    expected = row.with_options()(*row.made(np, dtype))
    assert got.dtype == expected.dtype
    assert_close(got, expected, rtol={"float64": 1e-12}.get(dtype, 1e-3))


@rows("where", "reduction")
def test_masked_losses_are_those_of_numpy(cupy, row):
    keep = (np.arange(np.prod(row.mask_shape)) > 0).reshape(row.mask_shape)
    options = {"where": keep, "reduction": "none"}
    expected = row.with_options(**options)(*row.made(np))
    options["where"] = cupy.asarray(keep)
    got = row.with_options(**options)(*row.made(cupy))
    assert_close(to_numpy(got), expected)
    assert got.shape == row.losses
