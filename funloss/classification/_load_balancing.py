"""Balance of the experts that a router sends tokens to."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_integer
from funloss._core.labels import check_integers, class_labels
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["load_balancing_loss"]


@loss
def load_balancing_loss(
    input: Array,
    target: ArrayLike | None = None,
    *,
    top_k: int = 1,
    axis: int = -1,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Load-balancing loss of the router of a mixture of experts.

    Of a group of tokens, let ``p[e]`` be the mean probability, by the softmax, of
    expert ``e`` and ``f[e]`` the number of times that it was chosen over the number of
    tokens. The loss of the group is ``E * sum(f * p)``: `top_k` where all experts have
    the same load, and up to E times the share of the tokens that one of them has. The
    choice is a constant: an expert with a high load gets a lower probability.

    Args:
        input: Scores (logits) of the experts for each token, shape ``(*, T, E)``,
            floating, with ``T > 0``. An expert with score -inf is impossible.
        target: The experts chosen for each token, in ``0..E-1``, shape ``(*, T, K)``,
            integers of any width; those with the `top_k` highest scores, of equal ones
            the first, if None.
        top_k: How many experts a token goes to, in ``1..E``; not with `target`.
        axis: Axis of the experts; that of the tokens is the last of the others.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``, over the groups.
        where: Boolean, broadcastable to the tokens ``(*, T)``. A False token counts in
            neither mean and has gradient 0 (even at nan). A group without tokens has
            loss 0 and does not count.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss, one a group, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        groups is nan.

    Raises:
        TypeError: `input` is not floating, `target` not an integer array, or `top_k`
            no integer.
        ValueError: Shapes do not fit, `reduction` or `axis` is unknown, `top_k` is out
            of its range or comes with `target`, or an expert is out of range (on JAX:
            nan in value and gradient; see `debug_values`).

    Peers:
        ``load_balancing_loss_func`` of Mixtral in transformers has one group of the
        tokens of all layers: ``input`` of shape ``(T, E)`` here; of padding alone it is
        0 over 0. Those of MaxText and EasyDeL have a group for each row of the batch.
        With ``top_k=1`` it is the loss of the Switch transformer, whose factor of 0.01
        is left to the caller.

    Examples:
        >>> import numpy as np
        >>> scores = np.log(np.asarray([[0.75, 0.25], [0.5, 0.5]]))
        >>> print(load_balancing_loss(scores))
        1.25
        >>> print(load_balancing_loss(scores, np.asarray([[0], [1]])))
        1.0

    References:
        W. Fedus, B. Zoph and N. Shazeer, Switch transformers: Scaling to trillion
        parameter models with simple and efficient sparsity, 2021.
    """
    _check_top_k(top_k, target)
    tokens = time_steps(
        input=input,
        axis=axis,
        inner={"input": 1},
        weight=None,
        where=where,
        dtype=dtype,
    )
    xp, keep = tokens.xp, tokens.where
    x = xp.moveaxis(tokens.arrays["input"], tokens.axis, -1)
    if x.ndim < 2 or not x.shape[-2]:
        msg = f"input must have tokens and experts, got shape {tuple(input.shape)}"
        raise ValueError(msg)
    keep = None if keep is None else xp.broadcast_to(keep, tokens.shape)
    load, bad = _choices(xp, x, target, top_k, keep)
    losses = _group_losses(xp, x, load, keep)
    losses = losses if bad is None else xp.nan_where(losses, bad)
    groups = None if keep is None else xp.any(keep, axis=-1)
    return reduce_losses(xp, tokens.dtype, losses, reduction, where=groups)


def _group_losses(xp: Namespace, x: Any, load: Any, keep: Any) -> Any:
    """Return the loss of each group; `load` tells how often a token goes where."""
    count = xp.count(x.shape[-2:-1], x.dtype)
    if keep is not None:
        count = xp.total(xp.astype(keep, x.dtype), -1)
        count = xp.clamp_min(count, 1.0)[..., None, None]
        load = xp.where(keep[..., None], load, 0.0)
    load = xp.total(load, -2, keepdims=True) * (x.shape[-1] / count)
    losses = xp.custom_jvp(
        _expected, (_expected_d_x, None), x, load, axis=-1, shared=_probabilities
    )
    if keep is not None:
        losses, count = xp.where(keep, losses, 0.0), count[..., 0, 0]
    return xp.total(losses, -1) / count


def _check_top_k(top_k: int, target: Any) -> None:
    check_integer(1, top_k=top_k)
    if target is not None and top_k != 1:
        msg = f"top_k is the number of experts in target if that is given, got {top_k}"
        raise ValueError(msg)


def _choices(
    xp: Namespace, x: Any, target: Any, top_k: int, keep: Any
) -> tuple[Any, Any]:
    """Return how often a token goes to an expert, and which groups are bad or None."""
    if target is None:
        check_integer(1, x.shape[-1], top_k=top_k)
        return _highest(xp, xp.stop_gradient(x), top_k), None
    check_integers(x, target)
    shape, own = tuple(x.shape), tuple(target.shape)
    if own[:-1] != shape[:-1] or len(own) != len(shape) or not own[-1]:
        msg = f"target must have shape {shape[:-1]} and an axis of choices, got {own}"
        raise ValueError(msg)
    each = None if keep is None else keep[..., None]
    chosen, _, bad = class_labels(xp, x, target, shape[-1], where=each)
    experts = _experts(xp, x, chosen)
    load = xp.astype(chosen[..., :1] == experts, x.dtype)
    for k in range(1, own[-1]):
        load = load + xp.astype(chosen[..., k : k + 1] == experts, x.dtype)
    return load, None if bad is None else xp.any(bad, axis=(-2, -1))


def _highest(xp: Namespace, x: Any, top_k: int) -> Any:
    """Return 1 for the `top_k` highest scores of each token, of equal ones the first.

    One maximum after the other: XLA for the CPU sorts for a `top_k` that is compared.
    """
    if top_k > 1:
        # So that an impossible expert comes before one that is chosen already.
        x = xp.clamp_min(x, float(xp.finfo(x.dtype).min))
    best = xp.argmax(x, axis=-1)[..., None]
    experts = _experts(xp, x, best)
    taken = best == experts
    for _ in range(1, top_k):
        best = xp.argmax(xp.where(taken, -math.inf, x), axis=-1)[..., None]
        taken = xp.logical_or(taken, best == experts)
    return xp.astype(taken, x.dtype)


def _experts(xp: Namespace, x: Any, like: Any) -> Any:
    experts = xp.arange(x.shape[-1], dtype=like.dtype, **xp.device_kw(x))
    return xp.of_ndim(x.ndim, experts)[0]


def _probabilities(xp: Namespace, x: Any, load: Any) -> Any:
    del load
    return (xp.softmax(x, -1),)


def _expected(xp: Namespace, x: Any, load: Any) -> Any:
    return xp.total(xp.softmax(x, -1) * load, -1)


def _expected_d_x(xp: Namespace, x: Any, load: Any, p: Any) -> Any:
    del x
    return p * (load - xp.total(p * load, -1, keepdims=True))
