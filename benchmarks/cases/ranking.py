"""Lists of items, by their scores."""

import jax
import jax.numpy as jnp
import numpy as np
import rax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases import floors
from benchmarks.cases.beside import beside
from benchmarks.sizes import Growth, pairs_in_rows

__all__ = ["CASES"]


def _lists(rng, n, items):
    x = rng.standard_normal((n, items), np.float32)
    # Equal labels would be in an order of one's own.
    return x, rng.permuted(np.tile(np.arange(items, dtype="f") / items, (n, 1)), axis=1)


def _graded(rng, n, items):
    x = rng.standard_normal((n, items), np.float32)
    return x, rng.integers(0, 5, (n, items)).astype("f")


def _lambdas(weigh):
    """Return the pairwise loss of rax with lambda weights, by our scale."""

    def loss(x, t):
        return rax.pairwise_logistic_loss(x, t, lambdaweight_fn=weigh) / x.shape[-1]

    return loss


def _approx_ndcg(x, t):
    ranks, whole = rax.utils.approx_ranks, rax.utils.approx_cutoff
    return -rax.ndcg_metric(x, t, rank_fn=ranks, cutoff_fn=whole)


def _cosent(x, t):
    """Return the loss by a table of all pairs."""
    gaps = 20 * (x[:, None, :] - x[:, :, None])
    gaps = jnp.where(t[:, :, None] > t[:, None, :], gaps, -jnp.inf)
    gaps = gaps.reshape(len(x), -1)
    return jax.nn.softplus(jax.nn.logsumexp(gaps, 1)).mean()


def _case(ours, theirs, floor=None, **options):
    shape, growth = (64, 256), Growth(elements=pairs_in_rows)
    more = {"options": options, "growth": growth}
    more |= {BY_HAND: floor} if floor else {}
    return _of(ours, theirs, _graded, shape, **more)


def _of(ours, theirs, inputs, shape, **more):
    return beside("ranking", ours, inputs, shape, (3, 5), rax=theirs, **more)


CASES = [
    _of(fl.ranking_softmax_loss, rax.softmax_loss, _graded, (4096, 256)),
    _of(fl.poly1_softmax_loss, rax.poly1_softmax_loss, _graded, (4096, 256)),
    _case(fl.unique_softmax_loss, rax.unique_softmax_loss),
    _of(fl.listmle_loss, rax.listmle_loss, _lists, (64, 256)),
    _case(fl.pairwise_hinge_loss, rax.pairwise_hinge_loss),
    _case(fl.pairwise_logistic_loss, rax.pairwise_logistic_loss),
    _case(
        fl.pairwise_logistic_loss,
        _lambdas(rax.dcg_lambdaweight),
        lambda_weight="dcg",
    ),
    _case(
        fl.pairwise_logistic_loss,
        _lambdas(rax.dcg2_lambdaweight),
        floors.lambda_logistic,
        lambda_weight="dcg2",
    ),
    _case(fl.pairwise_soft_zero_one_loss, rax.pairwise_soft_zero_one_loss),
    _case(fl.pairwise_mse_loss, rax.pairwise_mse_loss),
    _case(fl.pairwise_quantile_loss, rax.pairwise_qr_loss),
    _case(fl.approx_ndcg_loss, _approx_ndcg, floors.approx_ndcg),
    # No library of JAX has it: beside lines written by hand.
    beside(
        "ranking",
        fl.cosent_loss,
        _graded,
        (64, 256),
        (3, 5),
        growth=Growth(elements=pairs_in_rows),
        jax=_cosent,
    ),
]
