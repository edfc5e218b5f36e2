"""Pairwise logistic loss (RankNet), with the weights of pairs of LambdaRank."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._dcg import Gain
from funloss.ranking._lambda_weights import LambdaWeight, lambda_weighting
from funloss.ranking._pair_losses import PairLoss, reduce_pair_losses

__all__ = ["pairwise_logistic_loss"]


@loss
def pairwise_logistic_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    lambda_weight: LambdaWeight = None,
    topn: int | None = None,
    normalize: bool = False,
    gain: Gain = "exponential",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Pairwise logistic loss for ranking (RankNet): ``log(1 + exp(-d))``.

    The loss of a list is the sum of ``w[i] * v[i, j] * log(1 + exp(-d))`` over its
    pairs of items with ``target[i] > target[j]``, where ``d = input[i] - input[j]`` is
    the score difference, ``w`` are the weights of items and ``v`` those of pairs (1 if
    None). With ``lambda_weight="dcg"`` this is LambdaRank.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's more relevant item, broadcastable to `input`.
        lambda_weight: The weight of a pair, always a constant, without gradient. With
            ranks by falling score, ties in the order of the list: ``"dcg"``, the change
            of the discounted gain of the list if the two swapped ranks, ``abs(G[i] -
            G[j]) * abs(D(r[i]) - D(r[j]))`` with ``G`` the weight of an item times its
            gain, ``r`` its rank and ``D(r) = 1 / log2(1 + r)``; ``"dcg2"``, the same
            with ``D(n) - D(n + 1)`` for ``n = abs(r[i] - r[j])``; ``"labeldiff"``, the
            difference in relevance.
        topn: With ``"dcg"``, ranks beyond have ``D`` 0; with ``"dcg2"``, a pair whose
            lower rank r is beyond has ``1 / (1 - D(r))`` times the weight.
        normalize: Whether to divide gains by the discounted gain of the ideal order, of
            its first `topn` items.
        gain: How labels become gains: ``"exponential"``, ``2**y - 1``, or ``"linear"``,
            ``y`` itself.
        reduction: ``"none"``, one loss per list, the sum over its pairs; ``"sum"``; or
            ``"mean"``, the sum over the number of pairs in all lists, 0 if there are
            lists but no pairs.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Loss in nats, shape of `input` without `axis` for ``"none"``, else ``()``. The
        mean of no lists, or of lists without items, is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, an option is unknown, or `topn` or
            `normalize` is given without ``"dcg"`` or ``"dcg2"``.

    Peers:
        `rax.pairwise_logistic_loss`; ``reduce_fn=None`` there gives one loss per pair.
        Its `dcg_lambdaweight` and `dcg2_lambdaweight` are larger by the factor `L`,
        masked items included, and its `light_discount` is not offered.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([2.0, 1.0, 3.0]), np.asarray([1, 0, 0])
        >>> print(pairwise_logistic_loss(x, y, reduction="none").round(4))
        1.6265
        >>> print(pairwise_logistic_loss(x, y, lambda_weight="dcg").round(4))
        0.2629

    References:
        C. Burges et al., Learning to rank using gradient descent, 2005.
        C. Burges, R. Ragno and Q. V. Le, Learning to rank with nonsmooth cost
        functions, 2006.
        X. Wang, C. Li, N. Golbandi, M. Bendersky and M. Najork, The LambdaLoss
        framework for ranking metric optimization, 2018.
        R. Jagerman, Z. Qin, X. Wang, M. Bendersky and M. Najork, On optimizing
        top-K metrics for neural ranking models, 2022.
    """
    weighting = lambda_weighting(lambda_weight, topn, normalize, gain)
    lists = item_lists(
        input,
        target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    return reduce_pair_losses(lists, _PAIR_LOSS, weighting, reduction)


def _logistic(xp: Namespace, difference: Any, option: Any) -> Any:
    del option
    return xp.softplus(-difference)


def _logistic_d_difference(xp: Namespace, difference: Any, option: Any) -> Any:
    del option
    return -xp.sigmoid(-difference)


_PAIR_LOSS = PairLoss(_logistic, _logistic_d_difference)
