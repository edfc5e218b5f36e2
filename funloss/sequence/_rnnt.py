"""RNN transducer (RNN-T) loss."""

from typing import Any

import funloss._algorithms as algorithms
from funloss._array import namespace
from funloss._core.arrays import check_where, promote_arrays
from funloss._core.checks import REDUCTIONS, check_choice, check_integer
from funloss._core.loss import explained, loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["rnnt_loss"]


@explained
def rnnt_loss(
    logits: Array,
    targets: ArrayLike,
    logit_lengths: ArrayLike,
    target_lengths: ArrayLike,
    *,
    blank: int = -1,
    fused_log_softmax: bool = True,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """RNN transducer (RNN-T) loss of the scores of a joint network.

    An alignment starts with no label in the first frame. Step by step it emits the
    next label of the target and stays in its frame, or a blank and goes on to the next
    frame; with all labels it leaves the last frame by a blank. The loss of a sample is
    minus the logarithm of the sum of the probabilities of all alignments, each the
    product of those of its steps: the softmax of ``logits[n, t, u]`` in the frame t
    after u labels.

    Args:
        logits: Scores, shape ``(N, T, U + 1, V)``, floating: of all classes, in each
            frame, after each number of labels. Those beyond the lengths do not matter.
        targets: Labels in ``0..V-1``, none of them `blank`, integers of any width:
            shape ``(N, U)``, where what lies beyond a target's length does not matter.
        logit_lengths: Number of frames of each sample, in ``0..T``: shape ``(N,)``,
            integer, or a tuple or list of integers. Without a frame there is no
            alignment: the loss is inf.
        target_lengths: Number of labels of each sample, likewise, in ``0..U``.
        blank: Class of a step to the next frame; negative: counted from the end.
        fused_log_softmax: False: `logits` are log-probabilities already, and the
            gradient is the derivative with respect to these. A class with -inf is
            impossible there.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean is that over samples,
            not over labels.
        where: Boolean, shape ``(N,)``. A False sample has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `logits` if None.

    Returns:
        Loss in nats, shape ``(N,)`` for ``"none"``, else ``()``. The mean is nan when
        no sample counts.

    Raises:
        TypeError: `logits` is not floating, targets or lengths are not integers, or
            arrays of two libraries.
        ValueError: Shapes do not match, `logits` is empty, an option is out of its
            range, or a length or label is (as arrays on JAX: nan in value and
            gradient; see `debug_values`).

    Torch:
        `torchaudio.functional.rnnt_loss`, except: lengths may be below ``T`` and ``U``
        in all samples, and lists; labels out of range or equal to `blank` are found;
        there is no `clamp` of the gradient. `where`, `dtype` and derivatives of higher
        order are new.

    Numerics:
        Rounding errors do not grow with the loss: probabilities carry exponents of
        their own. No softmax is kept: the gradient is written once, from a maximum and
        a sum of each cell.

    Examples:
        >>> import numpy as np
        >>> even = np.zeros((1, 2, 2, 2))
        >>> # Two frames, one label: it is emitted in the first or in the second,
        >>> # beside two blanks. Each step has the probability 1 / 2.
        >>> loss = rnnt_loss(even, np.asarray([[0]]), [2], [1])
        >>> print(np.exp(-loss).round(4))
        0.25

    References:
        A. Graves, Sequence Transduction with Recurrent Neural Networks, 2012.
    """
    lengths = {"logit_lengths": logit_lengths, "target_lengths": target_lengths}
    if not algorithms.from_one_library(logits, *lengths.values()):
        namespace(logits=logits)
        algorithms.check_logits(logits)
        (logit_lengths, target_lengths), _ = algorithms.known_lengths(
            logits,
            (logits.shape[1], logits.shape[2] - 1),
            check=where is None,
            **lengths,
        )
    return _rnnt_loss(
        logits,
        targets,
        logit_lengths,
        target_lengths,
        blank=blank,
        fused_log_softmax=fused_log_softmax,
        reduction=reduction,
        where=where,
        dtype=dtype,
    )


# A list of lengths would be part of JAX's cache key: the public function converts it
# to arrays.
@loss
def _rnnt_loss(
    logits: Any,
    targets: Any,
    logit_lengths: Any,
    target_lengths: Any,
    *,
    blank: int,
    fused_log_softmax: bool,
    reduction: Reduction,
    where: Any,
    dtype: Any,
) -> Any:
    check_choice(REDUCTIONS, reduction=reduction)
    xp, out, (wide,) = promote_arrays(dtype, logits=logits)
    algorithms.check_logits(logits)
    classes, samples = logits.shape[-1], (logits.shape[0],)
    check_integer(-classes, classes - 1, blank=blank)
    where = check_where(xp, logits, where, samples)
    kept = None if where is None else xp.broadcast_to(where, samples)
    blank %= classes
    how = {"blank": blank, "where": kept, "dtype": wide.dtype}
    lattice = algorithms.make_lattice(
        xp, logits, targets, logit_lengths, target_lengths, **how
    )
    losses = algorithms.transducer_loss(
        xp, logits, lattice, blank=blank, is_normalised=not fused_log_softmax
    )
    return reduce_losses(xp, out, losses, reduction, where=where)
