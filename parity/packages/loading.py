"""Import modules of the pinned packages, without what these depend on."""

import functools
import importlib
import importlib.util
import sys
import types
import warnings
from pathlib import Path
from typing import Any

from parity.later import torch
from parity.packages.pins import INSTALL

__all__ = ["load", "prepare"]

# Packages whose `__init__` imports what their losses do not use and is not installed.
# In its place there is an empty module, in which their modules are found.
_EMPTY = (
    *("kornia", "kornia.losses"),
    *("lightly", "lightly.loss", "lightly.models", "lightly.models.modules"),
    *("pytorch_toolbelt", "pytorch_toolbelt.losses"),
    "segmentation_models_pytorch",
    *("timm", "timm.loss"),
    *("torch_uncertainty", "torch_uncertainty.losses", "torch_uncertainty.utils"),
    *("torchsurv", "torchsurv.loss", "torchsurv.tools"),
    *("torchtune", "torchtune.modules", "torchtune.modules.loss", "torchtune.rlhf"),
)
# Its operators whose derivatives and shapes torchvision registers in Python.
_OPERATORS = ("nms", "qnms")


def load(module: str, name: str) -> Any:
    """Return what `module` of a package calls `name`.

    Raises:
        RuntimeError: If the module cannot be imported, or has no such name.
    """
    try:
        prepare(module.partition(".")[0])
        with warnings.catch_warnings():
            # About what they import themselves.
            warnings.simplefilter("ignore")
            return getattr(importlib.import_module(module), name)
    except Exception as error:
        msg = f"cannot load {name} of {module}: {error}; the versions it is known to "
        msg += f"load from: {INSTALL}"
        raise RuntimeError(msg) from error


def prepare(package: str) -> None:
    """Put in place what modules of a package need to be imported."""
    _declare_operators()
    for parent in _EMPTY:
        if parent.partition(".")[0] == package:
            _put_empty(parent)


@functools.cache
def _declare_operators() -> Any:
    """Declare torchvision's operators if its compiled part does not load.

    It does not beside a torch without CUDA; then `import torchvision` fails, and so
    does torchmetrics, which imports it wherever it is installed.
    """
    found = importlib.util.find_spec("torchvision")
    if found is None or found.origin is None:
        return None
    try:
        return torch.ops.load_library(str(Path(found.origin).with_name("_C.so")))
    except OSError:
        library = torch.library.Library("torchvision", "DEF")
        for name in _OPERATORS:
            arguments = "Tensor dets, Tensor scores, float iou_threshold"
            library.define(f"{name}({arguments}) -> Tensor")
        # It lives as long as the cache of this function.
        return library


def _put_empty(package: str) -> None:
    """Put an empty module in the place of a package that is not imported yet."""
    if package in sys.modules:
        return
    parent, _, name = package.rpartition(".")
    found = importlib.util.find_spec(package)
    if found is None:
        raise ModuleNotFoundError(package)
    made = types.ModuleType(package)
    made.__spec__ = found
    made.__path__ = list(found.submodule_search_locations or ())
    sys.modules[package] = made
    if parent:
        setattr(sys.modules[parent], name, made)
