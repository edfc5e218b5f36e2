"""Margins between classes, of one true class a row and of many."""

import numpy as np
from torch.nn import functional as F

import funloss as fl
from benchmarks.case import OURS, Case
from benchmarks.makers import JaxGradient, jax_value, torch_gradient, torch_value

__all__ = ["CASES", "labelled", "multilabel"]


def labelled(rng, n, c):
    """Make scores, and a label a row."""
    return rng.standard_normal((n, c), np.float32), rng.integers(0, c, n, np.int32)


def multilabel(rng, n, c):
    """Make scores, and labels of which a quarter are true, in any order."""
    labels = rng.permuted(np.tile(np.arange(c, dtype=np.int32), (n, 1)), axis=1)
    labels[:, c // 4 :] = -1
    return rng.standard_normal((n, c), np.float32), labels


def _both(name, inputs, shape, tiny, **more):
    ours, torch = getattr(fl, name), getattr(F, name)
    return [
        Case(
            "margin",
            name,
            "value",
            inputs,
            shape,
            tiny,
            {OURS: jax_value(ours), "torch": torch_value(torch)},
            **more,
        ),
        Case(
            "margin",
            name,
            "gradient",
            inputs,
            shape,
            tiny,
            {OURS: JaxGradient(ours), "torch": torch_gradient(torch)},
            **more,
        ),
    ]


CASES = [
    *_both("multi_margin_loss", labelled, (4096, 1000), (8, 5)),
    # torch compares all classes with each other: of more memory it takes minutes.
    *_both("multilabel_margin_loss", multilabel, (128, 1000), (4, 8), growth=None),
    *_both("multilabel_margin_loss", multilabel, (64, 4000), (4, 8), growth=None),
]
