"""What every test shares: double precision in JAX, and the array libraries."""

import array_api_compat.torch
import array_api_strict
import jax
import jax.numpy
import numpy as np
import pytest

jax.config.update("jax_enable_x64", True)

LIBRARIES = {
    "numpy": np,
    "strict": array_api_strict,
    "torch": array_api_compat.torch,
    "jax": jax.numpy,
}


@pytest.fixture(params=LIBRARIES.values(), ids=LIBRARIES)
def xp(request):
    """Make arrays with it: each library under its array-API names."""
    return request.param
