"""Losses of rows: distances, angles, and many binary classes a row."""

import functools

import jax.numpy as jnp
import numpy as np
import optax
import torch
from torch.nn import functional as F

import funloss as fl
from benchmarks.case import BY_HAND, OURS, Case
from benchmarks.cases import floors
from benchmarks.makers import JaxGradient, torch_gradient
from benchmarks.sizes import Growth, pairs

__all__ = ["CASES", "rows", "tagged"]

CUTOFFS = (100, 1000)


def rows(count):
    """Return what makes `count` matrices."""

    def inputs(rng, n, d):
        return tuple(rng.standard_normal((count, n, d), np.float32))

    return inputs


def _signed_pairs(rng, n, d):
    return *rows(2)(rng, n, d), np.sign(rng.standard_normal(n, np.float32))


def tagged(rng, n, c):
    """Make scores, and which classes apply: one of ten."""
    truth = (rng.random((n, c)) < 0.1).astype(np.float32)
    return rng.standard_normal((n, c), np.float32), truth


def _adaptive(rng, n, d, last):
    """Make features, labels, a head, and two clusters of which one has `last`."""

    def matrix(*shape):
        return rng.standard_normal(shape, np.float32) / np.float32(shape[-1] ** 0.5)

    first, second = CUTOFFS
    tails = (
        (matrix(d // 4, d), matrix(second - first, d // 4)),
        (matrix(d // 16, d), matrix(last, d // 16)),
    )
    features = rng.standard_normal((n, d), np.float32)
    # In every cluster, however few the rows.
    labels = np.linspace(0, second + last - 1, n).astype(np.int32)
    return features, labels, matrix(first + 2, d), tails


@functools.cache
def _adaptive_module(d, classes):
    return torch.nn.AdaptiveLogSoftmaxWithLoss(d, classes, CUTOFFS)


def _adaptive_in_torch(x, t, head, tails):
    module = _adaptive_module(x.shape[-1], CUTOFFS[-1] + tails[-1][1].shape[0])
    parameters = {"head.weight": head}
    for k, (projection, output) in enumerate(tails):
        parameters[f"tail.{k}.0.weight"] = projection
        parameters[f"tail.{k}.1.weight"] = output
    return torch.func.functional_call(module, parameters, (x, t)).loss


def _distance(p, q):
    return ((p - q) ** 2).sum(-1)


def _triplet_by_hand(anchor, positive, negative):
    """Return the loss with torch's `eps` inside of the distances."""
    near, far = (
        jnp.sqrt(jnp.sum((anchor - x + 1e-6) ** 2, 1)) for x in (positive, negative)
    )
    return jnp.maximum(1 + near - far, 0).mean()


def _case(
    name,
    inputs,
    shape,
    tiny,
    torch,
    *,
    optax=None,
    by_hand=None,
    ours=None,
    wrt=0,
    **more,
):
    """Return the case of one loss; `ours` if its result is more than a number."""
    calls = {
        OURS: JaxGradient(ours or getattr(fl, name), wrt),
        "torch": torch_gradient(torch, wrt),
    }
    if optax:
        calls["optax"] = JaxGradient(optax, wrt)
    if by_hand:
        calls[BY_HAND] = JaxGradient(by_hand, wrt)
    return Case("rows", name, "gradient", inputs, shape, tiny, calls, **more)


LARGE, SMALL = (32768, 128), (8, 4)

CASES = [
    _case(
        "cosine_similarity",
        rows(2),
        LARGE,
        SMALL,
        lambda a, b: F.cosine_similarity(a, b).mean(),
        optax=lambda a, b: optax.cosine_similarity(a, b).mean(),
        ours=lambda a, b: fl.cosine_similarity(a, b).mean(),
        wrt=(0, 1),
    ),
    _case(
        "cosine_embedding_loss",
        _signed_pairs,
        LARGE,
        SMALL,
        F.cosine_embedding_loss,
        wrt=(0, 1),
    ),
    _case(
        "pairwise_distance",
        rows(2),
        LARGE,
        SMALL,
        lambda a, b: F.pairwise_distance(a, b).mean(),
        ours=lambda a, b: fl.pairwise_distance(a, b).mean(),
        wrt=(0, 1),
    ),
    _case(
        "triplet_margin_loss",
        rows(3),
        LARGE,
        SMALL,
        F.triplet_margin_loss,
        optax=lambda a, p, n: optax.losses.triplet_margin_loss(a, p, n).mean(),
        by_hand=_triplet_by_hand,
        wrt=(0, 1, 2),
    ),
    _case(
        "triplet_margin_with_distance_loss",
        rows(3),
        LARGE,
        SMALL,
        lambda a, p, n: F.triplet_margin_with_distance_loss(
            a, p, n, distance_function=_distance
        ),
        ours=lambda a, p, n: fl.triplet_margin_with_distance_loss(
            a, p, n, distance_function=_distance
        ),
        wrt=(0, 1, 2),
    ),
    _case(
        "pdist",
        rows(1),
        (512, 64),
        (6, 3),
        lambda x: F.pdist(x).mean(),
        by_hand=floors.distances,
        ours=lambda x: fl.pdist(x).mean(),
        growth=Growth(elements=pairs),
    ),
    _case(
        "multilabel_soft_margin_loss",
        tagged,
        (4096, 256),
        SMALL,
        F.multilabel_soft_margin_loss,
        optax=lambda x, t: optax.sigmoid_binary_cross_entropy(x, t).mean(),
    ),
    _case(
        "adaptive_log_softmax_with_loss",
        _adaptive,
        (4096, 64, 4000),
        (8, 64, 5),
        _adaptive_in_torch,
        ours=lambda *arrays: (
            fl.adaptive_log_softmax_with_loss(*arrays, cutoffs=CUTOFFS).loss
        ),
        wrt=(0, 2, 3),
        # A row has a score for each of the many classes of the last cluster.
        growth=Growth(elements=lambda shape: shape[0] * shape[2]),
    ),
]
