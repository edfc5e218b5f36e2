"""Losses of labels that depend on each other, beside JAX written by hand."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside

__all__ = ["CASES"]


def _chains(rng, n, t, c):
    scores, transitions = (
        rng.standard_normal(shape, np.float32) for shape in ((n, t, c), (c, c))
    )
    return scores, rng.integers(0, c, (n, t), np.int32), transitions


def _crf(scores, labels, transitions):
    steps = jnp.moveaxis(scores, 1, 0)

    def step(total, row):
        pairs = total[:, :, None] + transitions[None]
        return jax.nn.logsumexp(pairs, axis=1) + row, None

    last, _ = lax.scan(step, steps[0], steps[1:])
    own = jnp.take_along_axis(scores, labels[..., None], axis=-1)[..., 0].sum(1)
    own += transitions[labels[:, :-1], labels[:, 1:]].sum(1)
    return (jax.nn.logsumexp(last, axis=-1) - own).mean()


_case = functools.partial(beside, "structured", wrt=(0, 2))

CASES = [
    _case(
        fl.crf_loss,
        _chains,
        shape,
        (2, 3, 4),
        **{BY_HAND: _crf},
    )
    for shape in ((32, 100, 20), (16, 200, 100))
]
