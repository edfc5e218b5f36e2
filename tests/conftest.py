"""What every test shares: strict JAX in double precision, libraries, derivatives."""

import array_api_compat.dask.array
import array_api_compat.torch
import array_api_strict
import jax
import jax.numpy
import numpy as np
import pytest

from tests.derivatives import CURVATURES, WAYS

jax.config.update("jax_enable_x64", True)
# No loss relies on JAX to give arrays axes or another dtype of its own accord.
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")

LIBRARIES = {
    "numpy": np,
    "strict": array_api_strict,
    "torch": array_api_compat.torch,
    "jax": jax.numpy,
}


@pytest.fixture(autouse=True, scope="module")
def _forget_compiled_programs():
    # Thousands of small programs would fill gigabytes by the end of the run.
    yield
    jax.clear_caches()


@pytest.fixture(params=LIBRARIES)
def xp(request):
    """Make arrays with it: each library under its array-API names."""
    return LIBRARIES[request.param]


@pytest.fixture(params=[*LIBRARIES, "dask"])
def any_xp(request):
    """Make arrays with it, dask's lazy ones included."""
    return (LIBRARIES | {"dask": array_api_compat.dask.array})[request.param]


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def derivative(request):
    """Take with it the gradient of the sum of a function, at a point."""
    return request.param


@pytest.fixture(params=CURVATURES.values(), ids=CURVATURES)
def curvature(request):
    """Take with it the Hessian of the sum of a function, times ones."""
    return request.param
