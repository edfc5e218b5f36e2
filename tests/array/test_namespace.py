"""Which namespace belongs to which arrays."""

import re
import traceback

import array_api_compat.dask.array
import array_api_strict
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from funloss._array import Namespace, lookup, namespace
from funloss._array.array_api import ArrayAPI


class Subclass(np.ndarray):
    """An array type of someone else's."""


def traced():
    """Return a tracer of jit, which denies being an instance of its own type's base."""
    seen = []
    jax.jit(lambda x: seen.append(fl.array_namespace(x).name) or x)(jnp.zeros(1))
    jax.vmap(lambda x: seen.append(fl.array_namespace(x).name) or x)(jnp.zeros(1))
    jax.grad(lambda x: seen.append(fl.array_namespace(x).name) or x)(1.0)
    return seen


ARRAYS = {
    "array": (np.zeros(2), "numpy"),
    "scalar": (np.float32(1), "numpy"),
    "boolean scalar": (np.True_, "numpy"),
    "subclass": (np.zeros(2).view(Subclass), "numpy"),
    "strict": (array_api_strict.zeros(2), "array_api_strict"),
    "dask": (array_api_compat.dask.array.zeros(2), "dask"),
    "jax": (jnp.zeros(2), "jax"),
    "tensor": (torch.zeros(2), "torch"),
    "parameter": (torch.nn.Parameter(torch.zeros(2)), "torch"),
}


@pytest.mark.parametrize(("x", "name"), ARRAYS.values(), ids=ARRAYS)
def test_array_is_recognised_by_its_type(x, name):
    # Twice: the second answer comes from the cache.
    for _ in range(2):
        assert fl.array_namespace(x).name == name
        assert repr(fl.array_namespace(x)) == f"<funloss namespace of {name}>"


def test_every_kind_of_tracer_is_jax():
    assert traced() == ["jax"] * 3


def test_a_file_on_disk_is_numpy(tmp_path):
    x = np.memmap(tmp_path / "x", dtype=np.float32, shape=(2,), mode="w+")
    assert fl.array_namespace(x).name == "numpy"
    assert fl.l1_loss(x, np.ones(2, np.float32)) == 1


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize(
    "make", [lambda: np.ma.zeros(2), lambda: np.matrix([[1.0]])], ids=["ma", "matrix"]
)
def test_masked_arrays_and_matrices_are_refused(make):
    x = make()
    message = (
        "masked arrays and matrices are not supported, got "
        f"{type(x).__name__}: pass a plain array, and a mask as where="
    )
    for call in (fl.array_namespace, lambda x: fl.mse_loss(x, np.zeros(2))):
        with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
            call(x)


@pytest.mark.parametrize("x", [None, True, 1, 1.0, 1j, "a", (1.0,), [1.0], {}, object])
def test_anything_else_is_no_array(x):
    assert lookup(x) is None
    assert fl.array_namespace(x, np.zeros(2)).name == "numpy"


def test_no_array_at_all_is_an_error():
    message = "^at least one argument must be an array, got input list, target float$"
    with pytest.raises(TypeError, match=message):
        namespace(input=[1.0], target=2.0)
    with pytest.raises(TypeError, match="an array, got argument 0 NoneType"):
        fl.array_namespace(None)


def test_jax_and_numpy_together_are_jax():
    assert fl.array_namespace(np.zeros(2), jnp.zeros(2), np.float32(1)).name == "jax"


NUMPY, STRICT, JAX, TORCH = (ARRAYS[k] for k in ("array", "strict", "jax", "tensor"))


@pytest.mark.parametrize(
    ("one", "other"),
    [(NUMPY, TORCH), (JAX, TORCH), (TORCH, NUMPY), (JAX, STRICT), (NUMPY, STRICT)],
    ids=["numpy-torch", "jax-torch", "torch-numpy", "jax-strict", "numpy-strict"],
)
def test_other_mixtures_name_both_libraries(one, other):
    message = f"^arrays must come from one library, got a {one[1]}, c {other[1]}$"
    with pytest.raises(TypeError, match=message):
        namespace(a=one[0], b=None, c=other[0])


def test_jax_and_numpy_do_not_hide_a_third_library():
    with pytest.raises(TypeError, match="got a jax, b numpy, c torch"):
        namespace(a=jnp.zeros(1), b=np.zeros(1), c=torch.zeros(1))


def test_an_unknown_function_is_named():
    with pytest.raises(AttributeError, match="the numpy namespace has no 'nonsense'"):
        _ = fl.array_namespace(np.zeros(1)).nonsense


def test_python_adds_no_guess_of_its_own_to_an_unknown_function():
    with pytest.raises(AttributeError) as raised:
        _ = fl.array_namespace(np.zeros(1)).sinh
    (line,) = traceback.format_exception_only(raised.value)
    assert line == "AttributeError: the numpy namespace has no 'sinh'\n"


@pytest.mark.parametrize("name", ["exp", "where", "reshape", "take", "float32", "int8"])
def test_the_standard_is_there_on_every_library(any_xp, name):
    assert getattr(fl.array_namespace(any_xp.zeros(1)), name) is not None


def test_every_declared_name_of_the_standard_is_there(any_xp):
    space = fl.array_namespace(any_xp.zeros(1))
    assert all(hasattr(space, name) for name in ArrayAPI.__annotations__)
    assert len(ArrayAPI.__annotations__) == 77


def test_what_one_library_has_is_declared_for_all(any_xp):
    space = fl.array_namespace(any_xp.zeros(1))
    own = {name for name in dir(space) if not name.startswith("_")}
    more = own - {*dir(Namespace), *ArrayAPI.__annotations__, "name", "standard"}
    # What becomes of NumPy's arrays beside JAX's, which nothing else asks.
    assert more == ({"asarray_tree", "holds"} if space.name == "jax" else set())


@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_arrays_of_one_device_are_one_part(xp):
    x = xp.zeros((4, 2))
    space = fl.array_namespace(x)
    assert space.num_shards(x) == 1
    assert space.replicate_axes(x, 0) is x
    with pytest.raises(ValueError, match=r"^shards need jax arrays, got 2 of \w+$"):
        space.map_shards(lambda *parts: parts, 2, (), (x,))
