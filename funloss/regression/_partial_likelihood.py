"""Partial likelihood of proportional hazards, of individuals sorted by time.

They are sorted by falling time, at one time the censored before the events. Those at
risk at an event are then all that stand before the end of the events of its time; those
before the first of these are at risk whatever the treatment of ties.
"""

import math
from typing import Any

from funloss._algorithms._running_sums import (
    at_index,
    clip_infinite,
    finite_limit,
    group_bounds,
    positions,
)
from funloss._array import Namespace
from funloss._core.cohorts import Cohorts
from funloss._core.record import Record

__all__ = ["partial_likelihood_terms", "sort_individuals", "unsort"]


class Individuals(Record):
    """Sorted individuals, along the last axis."""

    # Logarithms of hazards.
    hazards: Any
    event: Any
    where: Any
    # The index of each, and those of the first and after the last event of its time.
    index: Any
    first: Any
    end: Any
    # Where they stood before.
    order: Any


def sort_individuals(batch: Cohorts) -> Individuals:
    """Sort the individuals of each cohort."""
    xp, event = batch.xp, batch.event
    censored = xp.astype(xp.logical_not(event), xp.int8)
    order = xp.lexsort_descending([batch.time, censored], -1)
    hazards, time, event = (
        xp.gather(x, order, -1) for x in (batch.input, batch.time, event)
    )
    where = batch.where
    where = where if where is None else xp.gather(where, order, -1)
    index = positions(xp, hazards)
    begins = xp.logical_or(
        time[..., 1:] != time[..., :-1], event[..., 1:] != event[..., :-1]
    )
    bounds = group_bounds(xp, index, begins)
    return Individuals(hazards, event, where, index, *bounds, order)


def unsort(xp: Namespace, x: Any, individuals: Individuals) -> Any:
    """Return `x`, of sorted individuals, in the order that they had before."""
    return xp.gather(x, xp.argsort_descending(-individuals.order, -1), -1)


def partial_likelihood_terms(xp: Namespace, individuals: Individuals, ties: str) -> Any:
    """Return minus the logarithm of each factor of the likelihood, else 0.

    The sum over those at risk, less a share of the events of one time, is a mean of
    that with them and that without: nothing is subtracted. An event alone at its time
    is compared with the others, by log1p, so that a term near 0 keeps its digits.
    """
    x, weight = individuals.hazards, xp.ones_like(individuals.hazards)
    if individuals.where is not None:
        x = xp.where(individuals.where, x, -math.inf)
        weight = xp.where(individuals.where, weight, 0.0)
    x = clip_infinite(xp, x)
    running = xp.cumulative_sumexp(x, weight, -1)
    others, all_at_risk = (
        at_index(xp, running, k, empty_first=True)
        for k in (individuals.first, individuals.end)
    )
    is_alone = individuals.end - individuals.first == 1
    losses = xp.where(
        is_alone,
        _alone(xp, x, *others),
        _tied(xp, x, individuals, is_alone, others, all_at_risk, ties),
    )
    losses = xp.where(losses > finite_limit(xp, x) / 2, math.inf, losses)
    return xp.where(individuals.event, losses, 0.0)


def _alone(xp: Namespace, x: Any, top: Any, total: Any) -> Any:
    difference = top - x
    excess = xp.stop_gradient(xp.clamp_min(difference, 0.0))
    sum_minus_one = total * xp.exp(difference - excess) + xp.expm1(-excess)
    return excess + xp.log1p(sum_minus_one)


def _tied(
    xp: Namespace,
    x: Any,
    individuals: Individuals,
    is_alone: Any,
    others: Any,
    all_at_risk: Any,
    ties: str,
) -> Any:
    top, total = all_at_risk
    if ties == "efron":
        before, events = (
            xp.astype(k - individuals.first, x.dtype)
            for k in (individuals.index, individuals.end)
        )
        share = before / events
        own_top, own = others
        total = (1 - share) * total + share * own * xp.exp(own_top - top)
    # What is not an event may have none at risk, and would make a gradient nan.
    unused = xp.logical_or(is_alone, xp.logical_not(individuals.event))
    return (top - x) + xp.log(xp.where(unused, 1.0, total))
