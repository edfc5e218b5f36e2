"""Linear-chain conditional random field (CRF) loss."""

import math
from typing import Any

import funloss._algorithms as algorithms
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.time_steps import TimeSteps, time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["crf_loss"]


@loss
def crf_loss(
    input: Array,
    target: Array,
    transitions: Array,
    *,
    start: Array | None = None,
    end: Array | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Linear-chain conditional random field (CRF) loss, its negative log-likelihood.

    The score of labels ``y`` is ``start[y[0]] + sum(input[t, y[t]]) +
    sum(transitions[y[t - 1], y[t]]) + end[y[-1]]``. The loss of a sequence is
    ``log(sum(exp(score(y)) for y in all_labels)) - score(target)``.

    Args:
        input: Scores of the labels in each step (emissions), shape ``(*, T, C)``,
            floating. A label with -inf is impossible in that step.
        target: Labels in ``0..C-1``, shape ``(*, T)``, integer.
        transitions: Score of a step from label i to label j at ``[i, j]``, shape
            ``(C, C)``. It is impossible where that is -inf.
        start: Score of each label in the first step, shape ``(C,)``; 0 if None.
        end: Score of each label in the last step, likewise.
        reduction: ``"none"``, ``"mean"`` (over sequences) or ``"sum"``.
        where: Boolean, broadcastable to ``(*, T)``. A False step is passed over, be
            it padding or between two others; a sequence without a step has loss 0
            and does not count. There the gradient is 0 (even at nan).
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. It is inf, with
        gradient 0, where the target is impossible. The mean is nan when no sequence
        counts.

    Raises:
        TypeError: `input` is not floating, `target` is not integer, or arrays of two
            libraries.
        ValueError: Shapes do not match, there is no step or no label, or a label is
            out of range (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        None has it. `torchcrf.CRF` returns the log-likelihood, which is minus this
        loss, and sums over sequences unless told otherwise.

    Peers:
        ``torchcrf.CRF`` takes masks of padding alone.

    Numerics:
        A sum of cross-entropies of the labels, each given the one before: small losses
        and gradients keep their digits, and long sequences as well.

    Examples:
        >>> import numpy as np
        >>> scores, stay = np.zeros((3, 2)), np.log([[3.0, 1.0], [1.0, 3.0]])
        >>> # Half of all starts, and three of four steps twice: 9 of 32.
        >>> loss = crf_loss(scores, np.asarray([1, 1, 1]), stay)
        >>> print(np.exp(-loss).round(5))
        0.28125

    References:
        J. Lafferty, A. McCallum and F. Pereira, Conditional random fields:
        Probabilistic models for segmenting and labeling sequence data, 2001.
    """
    _check_steps(input)
    steps = time_steps(
        input=input,
        axis=-1,
        inner={"input": 1},
        constants={"transitions": transitions, "start": start, "end": end},
        weight=None,
        where=where,
        dtype=dtype,
    )
    xp, scores = steps.xp, steps.arrays["input"]
    _check_classes(scores.shape[-1], steps.arrays)
    labels, bad = steps.labels(scores, target=target)
    keep = steps.where
    keep = None if keep is None else xp.broadcast_to(keep, steps.shape)
    chains, impossible = _chains(steps, scores, labels, keep)
    losses = algorithms.chain_losses(xp, chains)
    losses = xp.where(impossible, math.inf, losses)
    losses = xp.reshape(losses, steps.shape[:-1])
    if bad is not None:
        losses = xp.nan_where(losses, xp.any(bad, axis=-1))
    counted = None if keep is None else xp.any(keep, axis=-1)
    return reduce_losses(xp, steps.dtype, losses, reduction, where=counted)


def _chains(steps: TimeSteps, scores: Any, labels: Any, keep: Any) -> tuple[Any, Any]:
    """Return chains with the steps first, and where they are impossible."""
    xp, arrays = steps.xp, steps.arrays
    zeros = xp.zeros_like(arrays["transitions"][0, :])
    ends = (zeros if arrays[k] is None else arrays[k] for k in ("start", "end"))
    start, end = (x[None, :] for x in ends)
    batch = (math.prod(steps.shape[:-1]),)
    tables = (
        None if x is None else xp.reshape(x, batch + tuple(x.shape[steps.axis - 1 :]))
        for x in (scores, labels, keep)
    )
    return algorithms.make_chains(
        xp,
        *(None if x is None else xp.moveaxis(x, 1, 0) for x in tables),
        transitions=arrays["transitions"],
        start=start,
        end=end,
    )


def _check_steps(input: Any) -> None:
    shape = tuple(getattr(input, "shape", (1, 1)))
    if len(shape) < 2 or 0 in shape[-2:]:
        msg = f"input must have shape (*, T, C), a step and a label, got {shape}"
        raise ValueError(msg)


def _check_classes(classes: int, arrays: dict[str, Any]) -> None:
    expected = {"transitions": (classes,) * 2, "start": (classes,), "end": (classes,)}
    for name, shape in expected.items():
        x = arrays[name]
        if x is not None and tuple(x.shape) != shape:
            msg = f"{name} must have shape {shape}, got {tuple(x.shape)}"
            raise ValueError(msg)
