"""Temporal-difference learning of distributions over fixed atoms."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import check_values
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.reinforcement._actions import (
    action_labels,
    check_full,
    per_action,
    taken_rows,
)
from funloss.reinforcement._returns import check_steps

__all__ = ["categorical_q_learning_loss", "categorical_td_loss"]


@loss
def categorical_td_loss(
    input: Array,
    atoms: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_logits: ArrayLike,
    *,
    next_atoms: ArrayLike | None = None,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Categorical TD loss: cross-entropy with the projected distributional target.

    The distribution after a step has ``softmax(next_logits)`` at ``reward + discount *
    next_atoms``. Each of these places is moved to the nearest end of `atoms` if it
    lies outside, and its probability shared between the two atoms beside it, the
    nearer one getting more. A step costs the cross-entropy ``-sum(target *
    log_softmax(input))`` with the result, a constant.

    Args:
        input: Logits of returns, shape ``(*, K)``, floating.
        atoms: The returns, increasing, shape ``(K,)``.
        reward: Reward of each step, shape ``(*)`` or a number.
        discount: Of what comes after it, 0 where the episode ends; shape ``(*)`` or a
            number.
        next_logits: Logits of returns in the states stepped to, shape ``(*, M)``.
        next_atoms: Those returns, in any order, shape ``(M,)``; `atoms` if None.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's cost, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to ``(*)``. A False step costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the floating arrays before the
            options, without `atoms`, if None.

    Returns:
        Cost in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no steps
        is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, or `atoms` do not
            increase (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `rlax.categorical_td_learning`, which takes one step and the atoms first. Its
        projection is that of `rlax.categorical_l2_project`.

    Examples:
        >>> import numpy as np
        >>> atoms, sure = np.asarray([0.0, 1.0, 2.0]), np.asarray([0.0, -99.0, -99.0])
        >>> logits = np.log(np.asarray([0.25, 0.25, 0.5]))
        >>> print(categorical_td_loss(logits, atoms, 1.75, 1.0, sure).round(4))
        0.8664

    References:
        M. G. Bellemare, W. Dabney and R. Munos, A distributional perspective on
        reinforcement learning, 2017.
    """
    xp, out, (input, reward, discount, next_logits) = promote_arrays(
        dtype, input=input, reward=reward, discount=discount, next_logits=next_logits
    )
    atoms, next_atoms, weight = cast_like(
        xp, input, atoms=atoms, next_atoms=next_atoms, weight=weight
    )
    shape = check_supports(input, atoms, next_logits, next_atoms)
    check_steps(shape, reward=reward, discount=discount, weight=weight)
    reward, discount = xp.of_ndim(len(shape), reward, discount)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, len(shape))
    input, next_logits = fill_masked(xp, keep, (input, 0.0), (next_logits, 0.0))
    reward, discount = fill_masked(xp, where, (reward, 0.0), (discount, 0.0))
    input = spoil_by_atoms(xp, input, atoms)
    places = atoms if next_atoms is None else next_atoms
    (places,) = xp.of_ndim(input.ndim, places)
    places = reward[..., None] + discount[..., None] * places
    target = projected(xp, atoms, places, xp.softmax(next_logits, -1))
    cost = xp.softmax_cross_entropy(input, target, -1)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


@loss
def categorical_q_learning_loss(
    input: Array,
    atoms: ArrayLike,
    action: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_logits: ArrayLike,
    *,
    next_atoms: ArrayLike | None = None,
    selector: ArrayLike | None = None,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Categorical Q-learning loss (C51): cross-entropy with the projected target.

    As `categorical_td_loss` with the `input` of `action` and the `next_logits` of the
    action that `selector` rates highest, or else of the one with the highest mean.

    Args:
        input: Logits of returns for each action, shape ``(*, A, K)``, floating.
        atoms: As for `categorical_td_loss`.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        reward: As for `categorical_td_loss`.
        discount: As for `categorical_td_loss`.
        next_logits: Logits of returns in the states stepped to, shape ``(*, A, M)``.
        next_atoms: As for `categorical_td_loss`.
        selector: Values that choose the next action, shape ``(*, A)``; the first of
            equal ones.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: As for `categorical_td_loss`.
        where: As for `categorical_td_loss`.
        dtype: As for `categorical_td_loss`.

    Returns:
        Cost in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no steps
        is nan.

    Raises:
        TypeError: `input` is not floating, or `action` not an integer array.
        ValueError: Shapes do not fit, `reduction` is unknown, or `atoms` do not
            increase or an action is out of range (on JAX: nan in value and gradient;
            see `debug_values`).

    Peers:
        `rlax.categorical_q_learning`, or with `selector` that of the name
        `rlax.categorical_double_q_learning`, which take one step, and to which action
        -1 is the last one.

    Examples:
        >>> import numpy as np
        >>> atoms, logits = np.asarray([0.0, 1.0]), np.zeros((1, 2, 2))
        >>> action, reward = np.asarray([1]), np.asarray([0.5])
        >>> arrays = logits, atoms, action, reward, 0.0, logits
        >>> print(categorical_q_learning_loss(*arrays).round(4))
        0.6931

    References:
        M. G. Bellemare, W. Dabney and R. Munos, A distributional perspective on
        reinforcement learning, 2017.
    """
    xp, out, (input, reward, discount, next_logits) = promote_arrays(
        dtype, input=input, reward=reward, discount=discount, next_logits=next_logits
    )
    atoms, next_atoms, weight, selector = cast_like(
        xp, input, atoms=atoms, next_atoms=next_atoms, weight=weight, selector=selector
    )
    *shape, actions = check_supports(input, atoms, next_logits, next_atoms, inner=2)
    shape = tuple(shape)
    check_full((*shape, actions), selector=selector)
    check_steps(shape, reward=reward, discount=discount, weight=weight)
    reward, discount = xp.of_ndim(len(shape), reward, discount)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, len(shape))
    (selector,) = fill_masked(xp, keep, (selector, 0.0))
    keep = per_action(xp, keep, (*shape, 1), len(shape))
    input, next_logits = fill_masked(xp, keep, (input, 0.0), (next_logits, 0.0))
    reward, discount = fill_masked(xp, where, (reward, 0.0), (discount, 0.0))
    labels, bad = action_labels(xp, input[..., 0], -1, where, action=action)
    input = taken_rows(xp, spoil_by_atoms(xp, input, atoms), labels, bad)
    places = atoms if next_atoms is None else next_atoms
    rates = selector
    if rates is None:
        (values,) = xp.of_ndim(next_logits.ndim, places)
        rates = xp.total(xp.softmax(next_logits, -1) * values, -1)
    after = taken_rows(xp, next_logits, xp.argmax(rates, axis=-1), None)
    (places,) = xp.of_ndim(after.ndim, places)
    places = reward[..., None] + discount[..., None] * places
    target = projected(xp, atoms, places, xp.softmax(after, -1))
    cost = xp.softmax_cross_entropy(input, target, -1)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


def projected(xp: Namespace, atoms: Any, places: Any, masses: Any) -> Any:
    """Return constant probabilities of `atoms`: masses shared by their neighbours.

    Args:
        xp: The namespace.
        atoms: Increasing, shape ``(K,)``.
        places: Where the masses lie, shape ``(*, M)``.
        masses: Same shape.
    """
    atoms, places = xp.stop_gradient(atoms), xp.stop_gradient(places)
    places = xp.clamp(places, atoms[0], atoms[-1])
    gaps, end = atoms[1:] - atoms[:-1], xp.ones_like(atoms[:1])
    below, above = (
        xp.expand_dims(xp.concat(parts, axis=0), axis=-1)
        for parts in ((end, gaps), (gaps, end))
    )
    # No place lies beyond an end, so what stands for the gap there is never used.
    column = atoms[:, None]
    column, below, above = xp.of_ndim(places.ndim + 1, column, below, above)
    beside = column - places[..., None, :]
    distance = xp.maximum(beside / below, -beside / above)
    share = xp.clamp_min(1 - distance, 0.0)
    return xp.total(share * xp.stop_gradient(masses)[..., None, :], -1)


def check_supports(
    input: Any, atoms: Any, next_logits: Any, next_atoms: Any, inner: int = 1
) -> tuple[int, ...]:
    """Return the shape of `input` without its atoms, or raise.

    `inner` is the number of axes that `input` has at least.
    """
    shape = tuple(input.shape)
    if len(shape) < inner or not shape[-1] or tuple(atoms.shape) != shape[-1:]:
        own = f"(*{', A' * (inner - 1)}, K)"
        msg = f"input must have shape {own} and atoms (K,), got {shape} and "
        raise ValueError(msg + f"{tuple(atoms.shape)}")
    places = atoms if next_atoms is None else next_atoms
    if tuple(next_logits.shape) != (*shape[:-1], *places.shape) or places.ndim != 1:
        msg = f"next_logits must have shape {shape[:-1]} and one entry an atom, got "
        raise ValueError(msg + f"{tuple(next_logits.shape)}")
    return shape[:-1]


def spoil_by_atoms(xp: Namespace, input: Any, atoms: Any) -> Any:
    """Return `input`, nan where `atoms` turn out not to increase."""
    falls = xp.logical_not(atoms[1:] > atoms[:-1])
    falls = xp.concat([xp.isnan(atoms[:1]), falls], axis=0)
    bad = check_values(xp, "increasing", atoms=(atoms, falls))
    return input if bad is None else xp.nan_where(input, xp.any(bad))
