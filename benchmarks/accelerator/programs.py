"""What is timed: a loss at a size as in training, by hand, and in optax if it is there.

All arrays are drawn on the device: sending gigabytes there would take minutes.
"""

import contextlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp

import funloss as fl
from benchmarks.accelerator import by_hand
from benchmarks.case import BY_HAND

__all__ = ["BY_HAND", "OPTAX", "PROGRAMS", "Program"]

OPTAX = "optax"

Loss = Callable[..., Any]


@dataclass(frozen=True)
class Program:
    """Value and gradients of a loss at one size.

    Attributes:
        ours: The loss of funloss.
        by_hand: The same as one writes it in JAX.
        inputs: Draws the arrays, from a key of JAX, a dtype and the sizes.
        shape: The sizes.
        tiny: Sizes that are quick to compute.
        dtype: Of the floating arrays.
        optax: The same in optax, from that module.
        wrt: Which arguments the gradients are taken by.
        tolerance: Largest difference of two candidates, of each array's largest
            magnitude.
        options: Arguments of `ours` that are not arrays.
    """

    ours: Loss
    by_hand: Loss
    inputs: Callable[..., tuple[Any, ...]]
    shape: tuple[int, ...]
    tiny: tuple[int, ...]
    dtype: str = "float32"
    optax: Callable[[ModuleType], Loss] | None = None
    wrt: int | tuple[int, ...] = 0
    tolerance: float = 1e-4
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def loss(self) -> str:
        """The name of the loss."""
        return self.ours.__name__

    def peers(self) -> Mapping[str, Loss]:
        """Return the other candidates; optax only where it can be imported."""
        found = {BY_HAND: self.by_hand}
        if self.optax:
            with contextlib.suppress(ImportError):
                found[OPTAX] = self.optax(importlib.import_module("optax"))
        return found

    def call(self) -> Loss:
        """Return the loss of funloss with its options: a function of its own."""
        return lambda *arrays: self.ours(*arrays, **self.options)


def _normal(key: Any, dtype: str, *shape: int) -> Any:
    return jax.random.normal(key, shape, dtype)


def _labels(key: Any, count: int, classes: int) -> Any:
    return jax.random.randint(key, (count,), 0, classes, "int32")


def _scores(key: Any, dtype: str, n: int, c: int) -> tuple[Any, ...]:
    return _normal(key, dtype, n, c), _labels(key, n, c)


def _layer(key: Any, dtype: str, n: int, d: int, c: int) -> tuple[Any, ...]:
    one, two, three = jax.random.split(key, 3)
    matrix = _normal(two, dtype, c, d) / jnp.asarray(d**0.5, dtype)
    return _normal(one, dtype, n, d), matrix, _labels(three, n, c)


def _pair(key: Any, dtype: str, n: int) -> tuple[Any, ...]:
    x, t = _normal(key, dtype, 2, n)
    return 2 * x, 2 * t


def _logits(key: Any, dtype: str, n: int) -> tuple[Any, ...]:
    one, two = jax.random.split(key)
    return 2 * _normal(one, dtype, n), jax.random.uniform(two, (n,), dtype)


def _bits(key: Any, dtype: str, n: int) -> tuple[Any, ...]:
    logits, shares = _logits(key, dtype, n)
    return logits, (shares < 0.5).astype(dtype)


def _sequences(key: Any, dtype: str, t: int, n: int, c: int, s: int) -> tuple[Any, ...]:
    one, two, three = jax.random.split(key, 3)
    scores = _normal(one, dtype, t, n, c)
    targets = jax.random.randint(two, (n, s), 1, c, "int32")
    lengths = jax.random.randint(three, (n,), s // 2, s + 1, "int32")
    # Twice a target's length leaves room for a blank between all its labels.
    return scores, targets, jnp.full((n,), t, "int32").at[::2].set(2 * s), lengths


def _batch(key: Any, dtype: str, n: int, d: int) -> tuple[Any, ...]:
    return _normal(key, dtype, n, d), jnp.arange(n, dtype="int32") // 2


def _triplets(key: Any, dtype: str, n: int, d: int) -> tuple[Any, ...]:
    return tuple(_normal(key, dtype, 3, n, d))


def _lists(key: Any, dtype: str, n: int, items: int) -> tuple[Any, ...]:
    one, two = jax.random.split(key)
    grades = jax.random.randint(two, (n, items), 0, 5).astype(dtype)
    return _normal(one, dtype, n, items), grades


def ctc_loss(scores: Any, *rest: Any) -> Any:
    """Return the CTC loss of scores before the softmax, as all candidates take them."""
    return fl.ctc_loss(jax.nn.log_softmax(scores), *rest)


def _optax_cross_entropy(optax: ModuleType) -> Loss:
    return lambda x, t: optax.softmax_cross_entropy_with_integer_labels(x, t).mean()


def _optax_linear(optax: ModuleType) -> Loss:
    loss = _optax_cross_entropy(optax)
    return lambda x, w, t: loss(x @ w.T, t)


def _optax_ctc(optax: ModuleType) -> Loss:
    def loss(scores: Any, targets: Any, frames: Any, lengths: Any) -> Any:
        missing = jnp.arange(scores.shape[0]) >= frames[:, None]
        unused = jnp.arange(targets.shape[1]) >= lengths[:, None]
        masks = missing.astype(scores.dtype), targets, unused.astype(scores.dtype)
        return (optax.ctc_loss(scores.swapaxes(0, 1), *masks) / lengths).mean()

    return loss


_HALF = {"dtype": "bfloat16", "tolerance": 2e-2}
_CROSS_ENTROPY = (fl.cross_entropy, by_hand.cross_entropy, _scores)
_LINEAR = (fl.linear_cross_entropy, by_hand.linear_cross_entropy, _layer)

# The smaller first, so that the device's peak of memory rises with each.
PROGRAMS = (
    Program(
        ctc_loss,
        by_hand.ctc,
        _sequences,
        (600, 64, 128, 100),
        (12, 2, 4, 3),
        optax=_optax_ctc,
        # Sums of logarithms in float32, over hundreds of frames, differ by this much.
        tolerance=1e-2,
    ),
    Program(
        fl.ntxent_loss,
        by_hand.ntxent,
        _batch,
        (4096, 128),
        (6, 4),
        optax=lambda optax: optax.losses.ntxent,
        # A GPU multiplies matrices of float32 in TF32, which has 10 bits.
        tolerance=2e-2,
    ),
    Program(
        fl.ranking_softmax_loss,
        by_hand.listwise_softmax,
        _lists,
        (32768, 1024),
        (3, 5),
        optax=lambda optax: optax.losses.ranking_softmax_loss,
    ),
    Program(
        fl.huber_loss,
        by_hand.huber,
        _pair,
        (1 << 26,),
        (8,),
        optax=lambda optax: lambda x, t: optax.huber_loss(x, t).mean(),
    ),
    Program(
        fl.binary_cross_entropy_with_logits,
        by_hand.binary_cross_entropy,
        _logits,
        (1 << 26,),
        (8,),
        optax=lambda optax: (
            lambda x, t: optax.sigmoid_binary_cross_entropy(x, t).mean()
        ),
    ),
    Program(
        fl.sigmoid_focal_loss,
        by_hand.sigmoid_focal,
        _bits,
        (1 << 26,),
        (8,),
        optax=lambda optax: (
            lambda x, t: optax.sigmoid_focal_loss(x, t, alpha=0.25).mean()
        ),
        options={"alpha": 0.25},
    ),
    Program(
        fl.triplet_margin_loss,
        by_hand.triplet,
        _triplets,
        (1 << 18, 256),
        (4, 3),
        optax=lambda optax: (
            lambda a, p, n: optax.losses.triplet_margin_loss(a, p, n).mean()
        ),
        wrt=(0, 1, 2),
    ),
    *(
        Program(*_CROSS_ENTROPY, shape, (8, 5), optax=_optax_cross_entropy, **_HALF)
        for shape in ((4096, 32000), (8192, 128256))
    ),
    *(
        Program(*_LINEAR, shape, (8, 4, 5), optax=_optax_linear, wrt=(0, 1), **_HALF)
        for shape in ((4096, 1024, 131072), (16384, 2048, 262144))
    ),
)
