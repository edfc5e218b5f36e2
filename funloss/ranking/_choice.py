"""An item chosen by softmax, out of those that should follow it and itself."""

import math
from typing import Any

from funloss._array import Namespace
from funloss.ranking._lists import ahead, both, columns, finite, leads, limited

__all__ = ["choice_costs", "choice_slopes"]


def choice_costs(xp: Namespace, scores: Any, order: Any, keep: Any) -> Any:
    """Return ``log(1 + sum(exp(scores[j] - scores[i])))`` over the j of less `order`.

    The logarithm is of one plus the others' share: a sure choice keeps its digits.
    """
    top = _best_behind(xp, scores, order, keep)
    tie = top == scores
    top = xp.where(tie, 0.0, top) - xp.where(tie, 0.0, scores)
    top = xp.clamp_min(top, 0.0)
    top = xp.where(top < math.inf, top, 0.0)
    behind = ahead(xp, order) * both(xp, keep, scores)
    lead = limited(xp, -leads(xp, scores), behind, scores)
    rest = xp.total(xp.exp(lead - xp.expand_dims(top, axis=-1)), -1)
    return top + xp.log1p(rest + xp.expm1(-top))


def choice_slopes(
    xp: Namespace, scores: Any, order: Any, keep: Any, factor: Any
) -> Any:
    """Return the gradient of ``sum(factor * choice_costs)`` by the scores.

    What an item gains is what those before it lose: that is no difference from 1.
    """
    scores = finite(xp, scores)
    fixed = xp.stop_gradient(scores)
    top = xp.maximum(_best_behind(xp, fixed, order, keep), fixed)
    table = both(xp, keep, scores)
    own, other = columns(xp, scores)
    top_own, top_other = columns(xp, top)
    behind, before = ahead(xp, order) * table, ahead(xp, -order) * table
    losses = xp.total(xp.exp(limited(xp, other - top_own, behind, scores)), -1)
    pull = factor / (xp.exp(scores - top) + losses)
    _, pull_other = columns(xp, pull)
    powers = xp.exp(limited(xp, own - top_other, before, scores))
    return xp.total(pull_other * powers, -1) - pull * losses


def _best_behind(xp: Namespace, scores: Any, order: Any, keep: Any) -> Any:
    """Return the largest score of less `order`, or -inf."""
    own, other = columns(xp, order)
    # As `ahead`, but no part of the table in which it is used.
    behind = xp.unit_step(-other - -own) * both(xp, keep, scores)
    return xp.amax(limited(xp, columns(xp, scores)[1], behind, order), -1)
