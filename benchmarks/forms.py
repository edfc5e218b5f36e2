"""Trace one form of a loss, whatever the platform that compiles it.

A derivative rule may have two forms, by `jax.lax.platform_dependent`: on a CPU parts
of the value are shared with the gradient, elsewhere they are computed again. Which one
a program has is settled when it is compiled; here, when it is traced.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax

__all__ = ["CPU", "DEFAULT", "FORMS", "Chosen", "form"]

CPU, DEFAULT = "cpu", "default"
FORMS = (DEFAULT, CPU)


@dataclass
class Chosen:
    """How often a form was chosen: 0 times if there is only one."""

    count: int = 0


@contextmanager
def form(name: str) -> Iterator[Chosen]:
    """Make `jax.lax.platform_dependent` trace the branch `name` alone.

    A branch that is not there is the default one. Nothing traced before is found again
    inside, and nothing traced inside is found afterwards: compile what is to stay.
    """
    chosen = Chosen()

    def choose(
        *arguments: Any, default: Callable[..., Any], **branches: Callable[..., Any]
    ) -> Any:
        chosen.count += 1
        return branches.get(name, default)(*arguments)

    usual = jax.lax.platform_dependent
    jax.clear_caches()
    jax.lax.platform_dependent = choose
    try:
        yield chosen
    finally:
        jax.lax.platform_dependent = usual
        jax.clear_caches()
