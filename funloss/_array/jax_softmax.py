"""Losses on the softmax of rows, with derivatives that keep nothing but the rows.

See `jax_derivatives` for why values are arithmetic and derivatives stand behind a
barrier.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from funloss._array.jax_derivatives import on_cpu

__all__ = [
    "masked_logsumexp",
    "softmax_cross_entropy",
    "softmax_cross_entropy_with_integer_labels",
]


@functools.partial(jax.custom_jvp, nondiff_argnums=(4,))
def softmax_cross_entropy_with_integer_labels(
    x: Any, labels: Any, shares: Any, keep: Any, axis: int
) -> Any:
    """Return ``-log_softmax(x)`` at `labels`, weighted and smoothed by `shares`."""
    row_weight, smoothing_target, smoothing = shares
    losses = _label_losses(x, labels, axis)
    losses = losses if row_weight is None else row_weight * losses
    if smoothing_target is not None:
        losses = (1 - smoothing) * losses + smoothing * _bounded_losses(
            x, smoothing_target, axis
        )
    return losses if keep is None else jnp.where(keep, losses, 0)


def _softmax_cross_entropy_with_integer_labels_jvp(
    axis: int, primals: Any, tangents: Any
) -> Any:
    x, labels, shares, keep = primals
    row_weight, smoothing_target, smoothing = shares
    x_change, _, changes, _ = tangents
    row_weight_change, smoothing_target_change, smoothing_change = changes
    out = softmax_cross_entropy_with_integer_labels(*primals, axis)
    change = jnp.zeros_like(out)
    own = 1 if smoothing_target is None else 1 - smoothing
    plain = softmax_cross_entropy_with_integer_labels(
        x, labels, (None, None, None), keep, axis
    )
    if not isinstance(x_change, SymbolicZero):
        partial = _label_losses_d_x(x, labels, shares, keep, axis)
        change = change + jnp.sum(partial * x_change, axis)
    if row_weight is not None and not isinstance(row_weight_change, SymbolicZero):
        change = change + own * plain * row_weight_change
    if smoothing_target is not None and not isinstance(
        smoothing_target_change, SymbolicZero
    ):
        each = smoothing * _losses_of_classes(x, smoothing_target, keep, axis)
        change = change + jnp.sum(each * smoothing_target_change, axis)
    if smoothing_target is not None and not isinstance(smoothing_change, SymbolicZero):
        rest = softmax_cross_entropy(x, smoothing_target, keep, axis)
        own_loss = plain if row_weight is None else row_weight * plain
        change = change + (rest - own_loss) * smoothing_change
    return out, change


softmax_cross_entropy_with_integer_labels.defjvp(
    _softmax_cross_entropy_with_integer_labels_jvp, symbolic_zeros=True
)


# Comparing with an iota instead of scattering keeps the gradient one fused pass
# over the logits, and lets the class axis be sharded.
def _label_losses_d_x(x: Any, labels: Any, shares: Any, keep: Any, axis: int) -> Any:
    row_weight, smoothing_target, smoothing = shares
    classes = lax.broadcasted_iota(labels.dtype, x.shape, axis)
    target = (classes == jnp.expand_dims(labels, axis)).astype(x.dtype)
    own = 1 if smoothing_target is None else 1 - smoothing
    weight = own if row_weight is None else own * jnp.expand_dims(row_weight, axis)
    if row_weight is not None or smoothing_target is not None:
        target = weight * target
    if smoothing_target is not None:
        target = target + smoothing * smoothing_target
        weight = weight + smoothing * _total(smoothing_target, x, axis)
        weight = _kept(weight, keep, axis)
    weight = jnp.asarray(weight, x.dtype)
    return _softmax(x, weight, keep, axis) - _kept(target, keep, axis)


@functools.partial(jax.custom_jvp, nondiff_argnums=(3,))
def softmax_cross_entropy(x: Any, q: Any, keep: Any, axis: int) -> Any:
    """Return ``-sum(q * log_softmax(x))``, where ``0 * -inf`` is 0."""
    losses = _bounded_losses(x, q, axis)
    return losses if keep is None else jnp.where(keep, losses, 0)


def _softmax_cross_entropy_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, q, keep = primals
    out = softmax_cross_entropy(x, q, keep, axis)
    change = jnp.zeros_like(out)
    x, q = on_cpu((x, q), lax.optimization_barrier((x, q)))
    if not isinstance(tangents[0], SymbolicZero):
        partial = _softmax(x, _total(q, x, axis), keep, axis) - _kept(q, keep, axis)
        change = change + jnp.sum(partial * tangents[0], axis)
    if not isinstance(tangents[1], SymbolicZero):
        change = change + jnp.sum(
            _losses_of_classes(x, q, keep, axis) * tangents[1], axis
        )
    return out, change


softmax_cross_entropy.defjvp(_softmax_cross_entropy_jvp, symbolic_zeros=True)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def masked_logsumexp(x: Any, keep: Any, axis: int) -> Any:
    """Return ``log(sum(exp(x)))``, 0 where `keep` is False; nan if all are -inf."""
    total = jnp.squeeze(jnp.add(*_top_and_log_sum(x, axis)), axis)
    return total if keep is None else jnp.where(keep, total, 0)


@masked_logsumexp.defjvp
def _masked_logsumexp_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, keep = primals
    partial = _softmax(x, jnp.ones((), x.dtype), keep, axis)
    return masked_logsumexp(x, keep, axis), jnp.sum(partial * tangents[0], axis)


def _label_losses(x: Any, labels: Any, axis: int) -> Any:
    top, log_sum = _top_and_log_sum(x, axis)
    place = jnp.expand_dims(labels, axis)
    if jax.typeof(x).sharding.spec[axis] is None:
        picked = jnp.take_along_axis(x, place, axis, mode="promise_in_bounds")
    else:  # explicit sharding has no rule for a gather across devices
        is_label = lax.broadcasted_iota(labels.dtype, x.shape, axis) == place
        picked = jnp.sum(jnp.where(is_label, x, 0), axis, keepdims=True)
    return jnp.squeeze(log_sum - (picked - top), axis)


def _class_losses(x: Any, axis: int) -> Any:
    """Return ``-log_softmax(x)``."""
    top, log_sum = lax.optimization_barrier(_top_and_log_sum(x, axis))
    return log_sum - (x - top)


def _bounded_losses(x: Any, q: Any, axis: int) -> Any:
    """Return ``-sum(q * log_softmax(x))``, where ``0 * -inf`` is 0.

    A select is written out before the sum, which is no loss of time on a CPU.
    """
    each = _class_losses(x, axis)
    if q.shape[axis] == 1:
        q = jnp.squeeze(q, axis)
        return jnp.where(q == 0, 0, q * jnp.sum(each, axis))
    products = lax.platform_dependent(
        q, each, cpu=_selected_products, default=_bounded_products
    )
    return jnp.sum(products, axis)


def _selected_products(q: Any, each: Any) -> Any:
    return jnp.where(q == 0, 0, q * each)


def _bounded_products(q: Any, each: Any) -> Any:
    """Bound what a class loses by 0 where it has no mass, else by infinity.

    Arithmetic, unlike a select, is fused into a sum.
    """
    present = jnp.sign(lax.abs(q))
    return q * jnp.minimum(each, present / (1 - present))


def _total(q: Any, x: Any, axis: int) -> Any:
    """Return the mass of `q`, which may have one number for all classes of `x`."""
    return (x.shape[axis] // q.shape[axis]) * jnp.sum(q, axis, keepdims=True)


def _losses_of_classes(x: Any, q: Any, keep: Any, axis: int) -> Any:
    """Return ``-log_softmax(x)``, 0 where it is infinite and `q` is 0, or not kept."""
    each = _class_losses(_kept(x, keep, axis), axis)
    each = jnp.where((q == 0) & (each == jnp.inf), 0, each)
    return _kept(each, keep, axis)


def _kept(x: Any, keep: Any, axis: int) -> Any:
    return x if keep is None else jnp.where(jnp.expand_dims(keep, axis), x, 0)


@functools.partial(jax.custom_jvp, nondiff_argnums=(3,))
def _softmax(x: Any, scale: Any, keep: Any, axis: int) -> Any:
    """Return ``scale * softmax(x)``, 0 in rows that are not kept."""
    p = lax.platform_dependent(
        x,
        scale,
        cpu=functools.partial(_shared_softmax, axis),
        default=functools.partial(_recomputed_softmax, axis),
    )
    return _kept(p, keep, axis)


def _softmax_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, scale, keep = primals
    out = _softmax(*primals, axis)
    p = _softmax(x, jnp.ones_like(scale), keep, axis)
    change = jnp.zeros_like(out)
    if not isinstance(tangents[0], SymbolicZero):
        mean = jnp.sum(p * tangents[0], axis, keepdims=True)
        change = change + out * (tangents[0] - mean)
    if not isinstance(tangents[1], SymbolicZero):
        change = change + p * tangents[1]
    return out, change


_softmax.defjvp(_softmax_jvp, symbolic_zeros=True)


def _shared_softmax(axis: int, x: Any, scale: Any) -> Any:
    """Return ``scale * softmax(x)`` of the exponentials that the loss adds up."""
    e = jnp.exp(x - _largest(x, axis))
    return e * (scale / jnp.sum(e, axis, keepdims=True))


def _recomputed_softmax(axis: int, x: Any, scale: Any) -> Any:
    """Return ``scale * softmax(x)`` of the scores and two numbers a row."""
    top, log_sum = _top_and_log_sum(x, axis)
    return scale * jnp.exp(x - lax.optimization_barrier(top) - log_sum)


def _top_and_log_sum(x: Any, axis: int) -> tuple[Any, Any]:
    """Return the maximum and the logarithm of ``sum(exp(x - maximum))``."""
    top = _largest(x, axis)
    return top, jnp.log(jnp.sum(jnp.exp(x - top), axis, keepdims=True))


def _largest(x: Any, axis: int) -> Any:
    return lax.stop_gradient(jnp.max(x, axis, keepdims=True))
