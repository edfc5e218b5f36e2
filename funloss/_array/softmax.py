"""The softmax of rows, its logarithm, and losses on it."""

import math
from typing import Any

from funloss._array.along_axis import AlongAxis


class Softmax(AlongAxis):
    """Primitives on the softmax in terms of the standard alone."""

    def logsumexp(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return ``log(sum(exp(x)))``; all -inf gives -inf, any +inf gives inf."""
        top = self.stop_gradient(self.amax(x, axis, keepdims=True))
        top = self.where(self.isfinite(top), top, 0.0)
        value = self.log(self.total(self.exp(x - top), axis, keepdims=True)) + top
        return value if keepdims else self.squeeze(value, axis=axis)

    def log_softmax(self, x: Any, axis: int) -> Any:
        """Return ``x - logsumexp(x)``, nan on a row with +inf or with -inf alone."""
        shifted = x - self.stop_gradient(self.amax(x, axis, keepdims=True))
        return shifted - self.log(self.total(self.exp(shifted), axis, keepdims=True))

    def softmax(self, x: Any, axis: int) -> Any:
        """Return ``exp(x)`` over its sum."""
        powers = self.exp(x - self.stop_gradient(self.amax(x, axis, keepdims=True)))
        return powers / self.total(powers, axis, keepdims=True)

    def softmax_cross_entropy_with_integer_labels(
        self,
        x: Any,
        labels: Any,
        axis: int,
        keep: Any = None,
        *,
        row_weight: Any = None,
        smoothing_target: Any = None,
        smoothing: Any = 0.0,
    ) -> Any:
        """Return ``-log_softmax(x)`` at `labels`, in range and without `axis`.

        `row_weight` multiplies the losses. `smoothing_target` are probabilities for
        all rows, which have a share of `smoothing` in the target. Where `keep` is
        False, value and gradient are 0, also at nan.
        """
        if keep is not None:
            x = self.where(self.expand_dims(keep, axis=axis), x, 0.0)
        losses = -self.take_label(self.log_softmax(x, axis), labels, axis)
        losses = losses if row_weight is None else row_weight * losses
        if smoothing_target is not None:
            rest = self.softmax_cross_entropy(x, smoothing_target, axis)
            losses = (1 - smoothing) * losses + smoothing * rest
        return losses if keep is None else self.where(keep, losses, 0.0)

    def softmax_cross_entropy(self, x: Any, q: Any, axis: int, keep: Any = None) -> Any:
        """Return ``-sum(q * log_softmax(x))`` along `axis`, where ``0 * -inf`` is 0.

        Where `keep` is False, value and gradient are 0, even at nan.
        """
        if keep is not None:
            rows = self.expand_dims(keep, axis=axis)
            x, q = self.where(rows, x, 0.0), self.where(rows, q, 0.0)
        log_p = self.log_softmax(x, axis)
        void = self.logical_and(q == 0, log_p == -math.inf)
        return -self.total(q * self.where(void, 0.0, log_p), axis)

    def masked_logsumexp(self, x: Any, axis: int, keep: Any = None) -> Any:
        """Return ``log(sum(exp(x)))`` of rows, 0 where `keep` is False.

        It is nan where a score is inf or all are -inf, as their cross-entropy is.
        """
        if keep is not None:
            x = self.where(self.expand_dims(keep, axis=axis), x, 0.0)
        top = self.stop_gradient(self.amax(x, axis, keepdims=True))
        total = self.log(self.total(self.exp(x - top), axis))
        total = self.squeeze(top, axis=axis) + total
        return total if keep is None else self.where(keep, total, 0.0)
