"""torch, imported when a reference is called: inputs and limits need none of it.

`torch` stands for the module in functions. `functional` stands for
`torch.nn.functional` also where a file names one of its functions, which is looked up
when it is called.
"""

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["functional", "torch"]


class _Module:
    """A module that is imported when something of it is wanted."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.name), name)


class _Functions:
    """A module of functions that is imported when one of them is called."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def function(*arguments: Any, **options: Any) -> Any:
            module = importlib.import_module(self.name)
            return getattr(module, name)(*arguments, **options)

        function.__name__ = function.__qualname__ = name
        return function


torch = _Module("torch")
functional = _Functions("torch.nn.functional")
