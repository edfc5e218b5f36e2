"""Losses of lists, computed list by list from the items that there are."""

import itertools

import numpy as np

from parity.later import functional as F
from parity.later import torch

__all__ = [
    "approx_ndcg",
    "listmle",
    "pairwise_hinge",
    "pairwise_logistic",
    "pairwise_mse",
    "pairwise_quantile",
    "pairwise_soft_zero_one",
    "poly1_softmax",
    "ranking_softmax",
    "unique_softmax",
]


def by_list(formula):
    """Return a loss of lists along an axis, from the loss and the mass of one list."""

    def loss(
        input, target, weight=None, *, axis=-1, where=None, reduction="mean", **options
    ):
        weight = torch.ones_like(input) if weight is None else weight
        where = torch.ones_like(input, dtype=bool) if where is None else where
        lists = [
            x.expand(input.shape).moveaxis(axis, -1)
            for x in (input, target, weight, where)
        ]
        losses, masses = [], []
        for place in itertools.product(*map(range, lists[0].shape[:-1])):
            *row, keep = (x[place] for x in lists)
            s, y, w = (x[keep] for x in row)
            value, mass = formula(s, y, w, **options) if len(s) else (s.sum(), 0)
            losses.append(value)
            masses.append(mass)
        losses = torch.stack(losses).reshape(lists[0].shape[:-1])
        match reduction:
            case "none":
                return losses
            case "sum":
                return losses.sum()
            case "mean":
                # Lists without a pair cost 0.
                mass = max(sum(masses), 1) if where.any() else 0
                return losses.sum() / mass

    return loss


@by_list
def ranking_softmax(s, y, w):
    """Return the cross-entropy of one list."""
    return _cross_entropy(s, y * w), 1


def _cross_entropy(s, q):
    logs = s.log_softmax(0)
    return -(q * torch.where((q == 0) & logs.isinf(), 0, logs)).sum()


@by_list
def poly1_softmax(s, y, w, *, epsilon=1.0):
    """Return the cross-entropy of one list and the share of irrelevant items."""
    q = y * w
    loss = _cross_entropy(s, q)
    q = q / q.sum() if q.sum() != 0 else torch.full_like(q, 1 / len(q))
    return loss + epsilon * (1 - (q * s.softmax(0)).sum()), 1


@by_list
def unique_softmax(s, y, w, *, gain="exponential"):
    """Return the loss of one list, item by item."""
    loss = 0 * y.sum()
    for i, worth in enumerate(w * gains(y, gain)):
        rivals = s[y < y[i]]
        loss = loss + worth * _improbability(s[i], rivals)
    return loss, 1


@by_list
def listmle(s, y, w):
    """Return the loss of one list, drawn item by item."""
    del w
    s = s[torch.argsort(-y, stable=True)]
    return sum(_improbability(s[i], s[i + 1 :]) for i in range(len(s))), 1


def _improbability(own, rivals):
    """Return ``-log`` of the softmax of one score among others."""
    rivals = rivals[rivals > -torch.inf]
    if not len(rivals):
        return own.new_zeros(())
    # torch's logsumexp loses digits in the gradient of large scores.
    top = rivals.max().detach()
    return -F.logsigmoid(own - top - (rivals - top).exp().sum().log())


def by_pair(formula, *, every=False):
    """Return a loss of lists, from the loss of leads in score and in relevance."""

    @by_list
    def loss(
        s,
        y,
        w,
        *,
        lambda_weight=None,
        topn=None,
        normalize=False,
        gain="exponential",
        **options,
    ):
        table = torch.ones(len(s), len(s), dtype=bool) if every else y[:, None] > y
        first, second = torch.nonzero(table, as_tuple=True)
        losses = w[first] * formula(
            s[first] - s[second], y[first] - y[second], **options
        )
        if lambda_weight is not None:
            fixed = s.detach(), y.detach(), w.detach()
            weigh = _LAMBDA[lambda_weight]
            weights = weigh(*fixed, (topn, normalize, gain))[first, second]
            losses = (losses * weights)[weights != 0]
        return losses.sum(), len(first)

    return loss


@by_pair
def pairwise_hinge(lead, gap, *, margin=1.0):
    """Return what leads lack to a margin."""
    del gap
    return (margin - lead).clamp(min=0)


@by_pair
def pairwise_logistic(lead, gap):
    """Return the negative log-probability of the right order."""
    del gap
    return -F.logsigmoid(lead)


@by_pair
def pairwise_soft_zero_one(lead, gap):
    """Return the probability of the wrong order."""
    del gap
    return torch.sigmoid(-lead)


def _squared_error(lead, gap):
    return (lead - gap) ** 2


pairwise_mse = by_pair(_squared_error, every=True)


@by_pair
def pairwise_quantile(lead, gap, *, tau=0.5, squared=False):
    """Return the tilted error, or square, of a lead."""
    error = gap - lead
    if squared:
        return torch.where(error > 0, tau, 1 - tau) * error**2
    return error.abs() / 2 + (tau - 0.5) * torch.where(error == 0, 0, error)


def gains(y, gain):
    """Return what relevance is worth."""
    return 2**y - 1 if gain == "exponential" else y


def _discount(rank):
    return 1 / np.log2(1 + rank)


def _ranks(s):
    ranks = np.empty(len(s))
    ranks[np.argsort(-s.numpy(), kind="stable")] = np.arange(1, len(s) + 1)
    return ranks


def _worths(y, w, topn, normalize, gain):
    worth = (w * gains(y, gain)).numpy()
    best = np.sort(worth)[::-1][:topn]
    ideal = np.sum(best * _discount(np.arange(1, len(best) + 1)))
    return worth / ideal if normalize and ideal else worth


def _label_differences(s, y, w, options):
    del s, w, options
    return (y[:, None] - y).abs()


def _exchanges(s, y, w, options):
    """Return by how much the discounted gain changes if two change places."""
    worth, ranks, topn = _worths(y, w, *options), _ranks(s), options[0]

    def discounted(ranks):
        return np.where(ranks <= (topn or np.inf), _discount(ranks), 0)

    changes = np.zeros((len(s), len(s)))
    for i, j in itertools.combinations(range(len(s)), 2):
        changed = ranks.copy()
        changed[[i, j]] = ranks[[j, i]]
        terms = worth[[i, j]] * (discounted(changed) - discounted(ranks))[[i, j]]
        changes[i, j] = changes[j, i] = abs(terms.sum())
    return torch.asarray(changes)


def _distances(s, y, w, options):
    """Return the differences in gain, discounted by the distance of the ranks."""
    worth, ranks, topn = _worths(y, w, *options), _ranks(s), options[0]
    changes = np.zeros((len(s), len(s)))
    for i, j in itertools.permutations(range(len(s)), 2):
        apart, last = abs(ranks[i] - ranks[j]), max(ranks[i], ranks[j])
        changes[i, j] = _discount(apart) - _discount(apart + 1)
        changes[i, j] *= abs(worth[i] - worth[j])
        if topn and last > topn:
            changes[i, j] /= 1 - _discount(last)
    return torch.asarray(changes)


_LAMBDA = {"labeldiff": _label_differences, "dcg": _exchanges, "dcg2": _distances}


@by_list
def approx_ndcg(
    s, y, w, *, temperature=1.0, step="sigmoid", topn=None, gain="exponential"
):
    """Return minus the normalised gain at smooth ranks."""
    worth = w * gains(y, gain)
    best = worth[torch.argsort(-worth, stable=True)][:topn]
    ideal = sum(x / np.log2(k + 2) for k, x in enumerate(best))
    if ideal == 0:
        return 0 * worth.sum(), 1
    hard, total = _ranks(s.detach()), 0
    for i in range(len(s)):
        lead = torch.cat([s[:i], s[i + 1 :]]) - s[i]
        lead = torch.where(lead.isnan(), 0, lead) / temperature
        steps = lead.sigmoid() if step == "sigmoid" else (1 + lead).clamp(min=0)
        if hard[i] <= (topn or np.inf):
            total = total + worth[i] / torch.log2(2 + steps.sum())
    return -total / ideal, 1
