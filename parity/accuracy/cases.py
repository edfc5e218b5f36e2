"""The losses that are measured: those that are timed, and the few that are not."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import funloss as fl
from benchmarks.case import OURS, Case
from benchmarks.cases import CASES
from benchmarks.makers import JaxGradient
from benchmarks.sizes import USUAL
from parity.info import LossInfo
from parity.losses import BY_FAMILY

__all__ = ["cases"]


def _ctc(scores: Any, *others: Any) -> Any:
    log_p = fl.array_namespace(scores).log_softmax(scores, -1)
    return fl.ctc_loss(log_p, *others)


def _fenchel_young(scores: Any, target: Any) -> Any:
    return fl.fenchel_young_loss(scores, target, conjugate=_log_sum)


def _log_sum(x: Any) -> Any:
    return fl.array_namespace(x).logsumexp(x, -1)


# Losses that are timed with a function of JAX: the same with one of any library.
_ANYWHERE = {"ctc_loss": _ctc, "fenchel_young_loss": _fenchel_young}


def cases(losses: Iterable[str] = ()) -> list[Case]:
    """Return the cases of losses and gradients, each with its options once."""
    chosen, found = set(losses), {}
    for case in CASES:
        is_wanted = case.quantity == "gradient" and case.size == USUAL
        if is_wanted and isinstance(case.calls[OURS], JaxGradient):
            found.setdefault((case.loss, case.options), _anywhere(case))
    timed = {case.loss for case in found.values()}
    others = [_of_parity(info) for info in BY_FAMILY if info.name not in timed]
    return [
        case for case in (*found.values(), *others) if not chosen or case.loss in chosen
    ]


def _anywhere(case: Case) -> Case:
    if case.loss not in _ANYWHERE:
        return case
    ours = JaxGradient(_ANYWHERE[case.loss])
    return replace(case, calls={**case.calls, OURS: ours})


def _of_parity(info: LossInfo) -> Case:
    """Return a case of the inputs that parity draws for a loss; it has no peers."""
    call = next(info.cases[0].calls())
    names = call.positional()
    # A target that is made has no gradients.
    wrt = info.cases[0].wrt if info.cases[0].orders else ()

    def inputs(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        drawn = info.cases[0].inputs(rng)
        arrays = [np.asarray(drawn[name], np.float32) for name in names]
        result = info.loss(*arrays, **call.options)
        return *arrays, rng.random(result.shape, np.float32)

    loss = functools.partial(_weighted, info.loss, dict(call.options))
    places = [k for k, name in enumerate(names) if name in wrt]
    # By the weights: what the loss returns.
    calls = {OURS: JaxGradient(loss, (*places, len(names)))}
    return Case("parity", info.name, "gradient", inputs, (), (), calls)


def _weighted(loss: Any, options: Mapping[str, Any], *arrays: Any) -> Any:
    """Return a number of all that a loss returns."""
    *given, weights = arrays
    return (loss(*given, **options) * weights).sum()
