"""The loss of CTC alignments, by the fastest algorithm of each library."""

import math
from typing import Any

from funloss._algorithms import _ctc, _ctc_numpy
from funloss._algorithms._ctc import Alignment
from funloss._array import Namespace

__all__ = ["alignment_loss"]


def alignment_loss(
    xp: Namespace, log_probs: Any, alignment: Alignment, *, zero_infinity: bool
) -> Any:
    """Return the loss of each sample, ``(N,)``, for log-probabilities ``(T, N, C)``.

    A sample that cannot be aligned has loss inf, and gradient nan in the frames that
    it uses; with `zero_infinity` both are 0.
    """
    if xp.name == "jax":
        from funloss._algorithms import _ctc_jax  # noqa: PLC0415 - jax may be absent

        return _ctc_jax.alignment_loss(log_probs, alignment, zero_infinity)
    if xp.name == "numpy":
        loss = _ctc_numpy.alignment_loss(
            log_probs, alignment, zero_infinity=zero_infinity
        )
        if loss is not None:
            return loss
        return _ctc.alignment_loss(
            xp, log_probs, alignment, zero_infinity=zero_infinity
        )

    def forward(log_probs: Any, *arrays: Any) -> Any:
        return _ctc.alignment_loss(
            xp, log_probs, Alignment(*arrays), zero_infinity=zero_infinity
        )

    def backward(arrays: Any, g: Any) -> tuple[Any, ...]:
        gradient = _d_log_probs(
            xp, arrays[0], Alignment(*arrays[1:]), zero_infinity=zero_infinity
        )
        return gradient * g[None, :, None], *(None for _ in alignment)

    return xp.custom_vjp(forward, backward)(log_probs, *alignment)


def _d_log_probs(
    xp: Namespace, log_probs: Any, alignment: Alignment, *, zero_infinity: bool
) -> Any:
    """Return the gradient of each sample's loss, in the shape of `log_probs`."""
    _, posteriors, is_nan = _ctc.loss_and_posteriors(
        xp, log_probs, alignment, zero_infinity=zero_infinity
    )
    frames, samples, classes = log_probs.shape
    first = xp.arange(samples, dtype=alignment.labels.dtype, **xp.device_kw(log_probs))
    ids = xp.reshape(alignment.labels + classes * first[:, None], (-1,))
    rows = xp.reshape(xp.permute_dims(posteriors, (1, 2, 0)), (-1, frames))
    sums = xp.segment_sum(rows, ids, samples * classes)
    sums = xp.reshape(sums, (samples, classes, frames))
    return xp.where(is_nan, math.nan, -xp.permute_dims(sums, (2, 0, 1)))
