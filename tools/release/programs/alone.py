"""The wheel alone: losses of NumPy, and the extra is named where it is missed."""

import importlib
import importlib.util
import math

import numpy as np

import funloss as fl

for library in ("jax", "torch", "hypothesis"):
    assert importlib.util.find_spec(library) is None, f"{library} is installed"
loss = fl.cross_entropy(np.zeros((2, 4)), np.asarray([0, 3]))
assert math.isclose(loss, math.log(4), rel_tol=1e-15), loss
answer = "none"
try:
    importlib.import_module("funloss.testing")
except ModuleNotFoundError as error:
    answer = str(error)
assert "pip install '.[testing]' in a checkout of funloss" in answer, answer
print(f"funloss {fl.__version__}, NumPy {np.__version__}: cross_entropy {loss}")
