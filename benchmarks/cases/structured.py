"""Losses of chains of labels and of aligned curves, beside JAX written by hand."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases.beside import beside
from benchmarks.sizes import Growth

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


def _curves(rng, n, t, s, d):
    return tuple(rng.standard_normal((n, k, d), np.float32) for k in (t, s))


_FAR = 1e10


def _soft_dtw(x, y):
    costs = jnp.square(x[:, :, None] - y[:, None]).sum(-1)
    count, rows, columns = costs.shape
    places = jnp.arange(rows + columns - 1)[:, None] - jnp.arange(columns)
    inside = (places >= 0) & (places < rows)
    diagonals = costs[:, jnp.clip(places, 0, rows - 1), jnp.arange(columns)]
    diagonals = jnp.where(inside, diagonals, _FAR)

    def step(carry, costs):
        last, diagonal = carry
        left = jnp.concat([jnp.full((count, 1), _FAR), last[:, :-1]], axis=1)
        before = jnp.stack([last, left, diagonal])
        return (costs - jax.nn.logsumexp(-before, axis=0), left), None

    far = jnp.full((count, columns), _FAR)
    start = far, far.at[:, 0].set(0.0)
    (last, _), _ = lax.scan(step, start, jnp.moveaxis(diagonals, 1, 0))
    return last[:, -1].mean()


_case = functools.partial(beside, "sequence")

CASES = [
    _case(
        fl.crf_loss, _chains, (32, 100, 20), (2, 3, 4), wrt=(0, 2), **{BY_HAND: _crf}
    ),
    _case(
        fl.crf_loss,
        _chains,
        (16, 200, 100),
        (2, 3, 4),
        # The tables of pairs written by hand take minutes for more chains.
        growth=None,
        wrt=(0, 2),
        **{BY_HAND: _crf},
    ),
    *(
        _case(
            fl.soft_dtw_loss,
            _curves,
            shape,
            (2, 4, 3, 2),
            wrt=(0, 1),
            growth=Growth(elements=lambda shape: shape[0] * shape[1] * shape[2]),
            **{BY_HAND: _soft_dtw},
        )
        for shape in ((16, 100, 100, 8), (4, 400, 300, 3))
    ),
]
