"""The time to trace and compile value and gradient."""

import funloss as fl
from benchmarks import peers
from benchmarks.case import OURS, Case
from benchmarks.cases import cross_entropy, elementwise
from benchmarks.makers import jax_compile

__all__ = ["CASES"]


def _case(ours, theirs, inputs, shape, tiny):
    calls = {OURS: jax_compile(ours), "optax": jax_compile(theirs)}
    return Case("compile", ours.__name__, "compile", inputs, shape, tiny, calls)


CASES = [
    *(
        _case(loss.ours, loss.optax, loss.inputs, (1 << 20,), (64,))
        for loss in elementwise.LOSSES
        if loss.optax
    ),
    _case(
        fl.cross_entropy,
        peers.cross_entropy,
        cross_entropy.labelled,
        (1024, 1000),
        (8, 5),
    ),
]
