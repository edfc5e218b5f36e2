"""A batch against itself."""

import functools

import keras
import numpy as np
import optax

import funloss as fl
from benchmarks.cases.beside import beside
from benchmarks.sizes import Growth, pairs

__all__ = ["CASES"]


def _labelled(rng, n, d):
    return rng.standard_normal((n, d), np.float32), np.arange(n, dtype=np.int32) // 2


_case = functools.partial(beside, "contrastive")
BATCH, SMALL = (512, 64), (6, 4)

CASES = [
    _case(
        fl.ntxent_loss,
        _labelled,
        BATCH,
        SMALL,
        optax=optax.losses.ntxent,
        # optax holds the differences of all pairs, (N, N, D).
        growth=Growth(elements=lambda shape: shape[0] ** 2 * shape[1]),
    ),
    _case(
        fl.circle_loss,
        _labelled,
        BATCH,
        SMALL,
        options={"margin": 0.4, "constant_weights": False},
        growth=Growth(elements=pairs),
        keras=lambda x, t: keras.losses.circle(t, keras.ops.normalize(x)).mean(),
    ),
]
