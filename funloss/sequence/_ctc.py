"""Connectionist temporal classification (CTC) loss."""

from typing import Any

import funloss._algorithms as algorithms
from funloss._core.arrays import check_where, promote_arrays
from funloss._core.checks import REDUCTIONS, check_choice, check_integer
from funloss._core.loss import explained, loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["ctc_loss"]


@explained
def ctc_loss(
    log_probs: Array,
    targets: ArrayLike,
    input_lengths: ArrayLike,
    target_lengths: ArrayLike,
    *,
    blank: int = 0,
    reduction: Reduction = "mean",
    zero_infinity: bool = False,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Connectionist temporal classification (CTC) loss of log-probabilities.

    An alignment gives each of the ``T`` frames a class, and spells the target
    once repeated classes are merged and blanks are dropped. The loss of a sample is
    ``-log(sum(exp(sum(log_probs[t, a[t]] for t in range(T))) for a in alignments))``.
    Between two equal labels lies at least one blank, so that a target needs as
    many frames as it has labels and repeats.

    Args:
        log_probs: Log-probabilities, shape ``(T, N, C)``, or ``(T, C)`` for one
            sample, floating. A class with -inf is impossible in that frame.
        targets: Labels in ``0..C-1``, none of them `blank`, integers of any
            width: shape ``(N, S)``, where what lies beyond a target's length
            does not matter, or concatenated, shape ``(sum(target_lengths),)``.
            ``(S,)`` or ``(1, S)``, padded, for one sample.
        input_lengths: Number of frames of each sample, in ``0..T``: shape
            ``(N,)``, integer, or a tuple or list of integers; for one sample
            also ``()`` or an integer.
        target_lengths: Number of labels of each sample, likewise, in ``0..S``.
        blank: Class of a frame without a label.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean is that of losses
            divided by target lengths (by 1 if the target is empty).
        zero_infinity: Whether a sample without any possible alignment has loss 0
            and gradient 0, instead of inf and nan. It counts in the mean.
        where: Boolean, shape ``(N,)``. A False sample has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `log_probs` if None.

    Returns:
        Loss in nats, shape ``(N,)`` for ``"none"``, ``()`` for one sample, else
        ``()``. The mean is nan when no sample counts.

    Raises:
        TypeError: `log_probs` is not floating, targets or lengths are not
            integers, or arrays of two libraries.
        ValueError: Shapes do not match, `log_probs` is empty, an option is out of
            its range, or a length or label is (as arrays on JAX: nan in value and
            gradient; see `debug_values`).

    Torch:
        `torch.nn.functional.ctc_loss`, except: the gradient is the derivative
        with respect to `log_probs`, whatever these are (torch's holds only
        after `log_softmax`; both give the logits the same); labels out of range
        or equal to `blank` are found; -inf on a possible alignment leaves
        gradients finite; one sample's `targets` may be longer than its target.
        Labels are integers; 16-bit `log_probs` are taken. `where`, `dtype` and
        derivatives of higher order are new.

    Numerics:
        Rounding errors do not grow with the loss: probabilities carry exponents
        of their own, and the gradient comes from ratios of neighbouring states.

    Examples:
        >>> import numpy as np
        >>> even = np.log(np.full((2, 1, 3), 1 / 3))
        >>> # Two frames spell "1" as 1 1, 1 blank or blank 1: 3 ways out of 9.
        >>> loss = ctc_loss(even, np.asarray([[1]]), [2], [1])
        >>> print(np.exp(-loss).round(4))
        0.3333

    References:
        A. Graves et al., Connectionist Temporal Classification, 2006.
    """
    longest = None
    if not algorithms.from_one_library(log_probs, input_lengths, target_lengths):
        input_lengths, target_lengths, longest = algorithms.settle_lengths(
            log_probs,
            targets,
            check=where is None,
            input_lengths=input_lengths,
            target_lengths=target_lengths,
        )
    return _ctc_loss(
        log_probs,
        targets,
        input_lengths,
        target_lengths,
        longest=longest,
        blank=blank,
        reduction=reduction,
        zero_infinity=zero_infinity,
        where=where,
        dtype=dtype,
    )


# A list of lengths would be part of JAX's cache key: the public function converts it
# to arrays, and keeps the width of concatenated targets static.
@loss
def _ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    *,
    longest: int | None,
    blank: int,
    reduction: Reduction,
    zero_infinity: bool,
    where: Any,
    dtype: Any,
) -> Any:
    check_choice(REDUCTIONS, reduction=reduction)
    xp, out, (log_probs,) = promote_arrays(dtype, log_probs=log_probs)
    algorithms.check_log_probs(log_probs)
    check_integer(0, log_probs.shape[-1] - 1, blank=blank)
    single = log_probs.ndim == 2
    shape = () if single else (log_probs.shape[1],)
    where = check_where(xp, log_probs, where, shape)
    if single:
        log_probs = log_probs[:, None, :]
    samples = (log_probs.shape[1],)
    kept = None if where is None else xp.broadcast_to(where, samples)
    how = {"blank": blank, "where": kept, "longest": longest, "single": single}
    alignment, ends = algorithms.align(
        xp, log_probs, targets, input_lengths, target_lengths, **how
    )
    losses = algorithms.alignment_loss(
        xp, log_probs, alignment, zero_infinity=zero_infinity
    )
    if reduction == "mean":
        losses = losses / xp.astype(xp.where(ends < 1, 1, ends), losses.dtype)
    return reduce_losses(xp, out, xp.reshape(losses, shape), reduction, where=where)
