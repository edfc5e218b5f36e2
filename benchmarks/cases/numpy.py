"""NumPy arrays: four million elements, slow formulas, and calls of next to nothing."""

import numpy as np
from torch.nn import functional as F

import funloss as fl
from benchmarks.case import BY_HAND, OURS, Case
from benchmarks.cases.cross_entropy import labelled
from benchmarks.cases.elementwise import LOSSES
from benchmarks.cases.margin import multilabel
from benchmarks.cases.sequence import sequences
from benchmarks.makers import numpy_value, torch_value

__all__ = ["CASES"]

# Of which the second fits the caches of a core.
SIZES = (1 << 22, 1 << 17)
TINY_CALLS = {"mse_loss", "huber_loss", "binary_cross_entropy_with_logits"}


def _cross_entropy_by_hand(x, t):
    x = x - x.max(1, keepdims=True)
    chosen = np.take_along_axis(x, t[:, None], 1)[:, 0]
    return np.mean(np.log(np.exp(x).sum(1)) - chosen)


def _normalised(rng, t, n, c, s):
    scores, *rest = sequences(rng, t, n, c, s)
    scores -= np.log(np.exp(scores).sum(-1, keepdims=True))
    return scores, *rest


def _elementwise(loss, size):
    return Case(
        "numpy",
        loss.name,
        "value",
        loss.inputs,
        (size,),
        (64,),
        {
            OURS: numpy_value(loss.ours),
            "torch": torch_value(loss.torch),
            BY_HAND: numpy_value(loss.by_hand),
        },
    )


def _slow(name, inputs, shape, tiny):
    return Case(
        "numpy",
        name,
        "value",
        inputs,
        shape,
        tiny,
        {
            OURS: numpy_value(getattr(fl, name)),
            "torch": torch_value(getattr(F, name)),
        },
    )


def _tiny(ours, inputs, by_hand, shape, tiny):
    return Case(
        "numpy-calls",
        ours.__name__,
        "value",
        inputs,
        shape,
        tiny,
        {OURS: numpy_value(ours), BY_HAND: numpy_value(by_hand)},
    )


CASES = [
    *(_elementwise(loss, size) for size in SIZES for loss in LOSSES),
    _slow("cross_entropy", labelled, (4096, 1000), (8, 5)),
    _slow("multilabel_margin_loss", multilabel, (64, 4000), (4, 8)),
    _slow("ctc_loss", _normalised, (200, 16, 32, 50), (12, 2, 4, 3)),
    _slow("ctc_loss", _normalised, (400, 32, 100, 100), (12, 2, 4, 3)),
    *(
        _tiny(loss.ours, loss.inputs, loss.by_hand, (80,), (6,))
        for loss in LOSSES
        if loss.name in TINY_CALLS
    ),
    _tiny(fl.cross_entropy, labelled, _cross_entropy_by_hand, (8, 10), (2, 3)),
]
