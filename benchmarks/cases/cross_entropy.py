"""Cross-entropy of scores and of a linear layer."""

import keras
import numpy as np
from torch.nn import functional as F

import funloss as fl
from benchmarks import peers
from benchmarks.case import BY_HAND, OURS, Case
from benchmarks.cases import floors
from benchmarks.makers import JaxGradient, jax_value, torch_gradient, torch_value

__all__ = ["CASES", "labelled"]


def labelled(rng, n, c):
    """Make scores and labels."""
    scores = rng.standard_normal((n, c), np.float32)
    return scores, rng.integers(0, c, n, np.int32)


def _log_probabilities(rng, n, c):
    scores, labels = labelled(rng, n, c)
    return scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True)), labels


def _layer(rng, n, d, c):
    features = rng.standard_normal((n, d), np.float32)
    layer = rng.standard_normal((c, d), np.float32) / np.float32(d**0.5)
    return features, layer, rng.integers(0, c, n, np.int32)


def _in_keras(x, t):
    return keras.losses.sparse_categorical_crossentropy(t, x, from_logits=True).mean()


def _case(shape, quantity, dtype):
    gradient = quantity == "gradient"
    in_jax, in_torch = (
        (JaxGradient, torch_gradient) if gradient else (jax_value, torch_value)
    )
    calls = {
        OURS: in_jax(fl.cross_entropy),
        "torch": in_torch(F.cross_entropy),
        "optax": in_jax(peers.cross_entropy),
    }
    if dtype == "float32":
        calls["keras"] = in_jax(_in_keras)
    tolerance = 1e-4 if dtype == "float32" else 2e-2
    return Case(
        "cross_entropy",
        "cross_entropy",
        quantity,
        labelled,
        shape,
        (8, 5),
        calls,
        dtype,
        tolerance,
    )


CASES = [
    *(
        _case(shape, quantity, dtype)
        for dtype in ("float32", "bfloat16")
        for shape in ((8192, 1000), (4096, 32000))
        for quantity in ("value", "gradient")
    ),
    Case(
        "cross_entropy",
        "nll_loss",
        "gradient",
        _log_probabilities,
        (8192, 1000),
        (8, 5),
        {OURS: JaxGradient(fl.nll_loss), "torch": torch_gradient(F.nll_loss)},
    ),
    Case(
        "cross_entropy",
        "linear_cross_entropy",
        "gradient",
        _layer,
        (1024, 256, 16384),
        (8, 4, 5),
        {
            OURS: JaxGradient(fl.linear_cross_entropy, (0, 1)),
            "torch": torch_gradient(F.linear_cross_entropy, (0, 1)),
            "optax": JaxGradient(
                lambda x, w, t: peers.cross_entropy(x @ w.T, t), (0, 1)
            ),
            BY_HAND: JaxGradient(floors.linear_entropy, (0, 1)),
        },
        # The matrix of a layer is out of cache, the logits of more rows are slow.
        growth=None,
    ),
]
