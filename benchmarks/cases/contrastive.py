"""A batch against itself."""

import functools
import math

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
from jax import lax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases import floors
from benchmarks.cases.beside import beside
from benchmarks.sizes import Growth, pairs

__all__ = ["CASES"]


def _labelled(rng, n, d):
    return rng.standard_normal((n, d), np.float32), np.arange(n, dtype=np.int32) // 2


def _sides(rng, n, d):
    return tuple(rng.standard_normal((2, n, d), np.float32))


def _products(x, y):
    """Return the cosines of all pairs."""
    x, y = (a / jnp.linalg.norm(a, axis=1, keepdims=True) for a in (x, y))
    return x @ y.T


def _clip(x, y):
    scores = _products(x, y) / 0.07
    return -sum(jnp.diag(jax.nn.log_softmax(scores, k)).mean() for k in (0, 1)) / 2


def _siglip(x, y):
    scores = _products(x, y) / 0.1 - 10
    labels = 2 * jnp.eye(len(x), dtype=x.dtype) - 1
    return -jax.nn.log_sigmoid(labels * scores).sum() / len(x)


def _supcon(x, labels):
    own = jnp.eye(len(x), dtype=bool)
    scores = jnp.where(own, -jnp.inf, _products(x, x) / 0.1)
    positive = (labels[:, None] == labels) & ~own
    log_p = jnp.where(positive, jax.nn.log_softmax(scores), 0)
    count = positive.sum(1)
    losses = -log_p.sum(1) / jnp.maximum(count, 1)
    return losses.sum() / (count > 0).sum()


def _multi_similarity(x, labels):
    cosines = _products(x, x)
    alike = labels[:, None] == labels
    positive = alike & ~jnp.eye(len(x), dtype=bool)
    zero = jnp.zeros((len(x), 1), x.dtype)

    def soft_sum(scores, mask):
        scores = jnp.where(mask, scores, -jnp.inf)
        return jax.nn.logsumexp(jnp.concatenate([scores, zero], 1), axis=1)

    near = soft_sum(-2 * (cosines - 0.5), positive) / 2
    return (near + soft_sum(50 * (cosines - 0.5), ~alike) / 50).mean()


def _classes(rng, n, d, classes):
    rows = (rng.standard_normal((k, d), np.float32) for k in (n, classes))
    return *rows, rng.integers(0, classes, n, np.int32)


def _proxy_anchor(x, proxies, labels):
    x, proxies = (a / jnp.linalg.norm(a, axis=1, keepdims=True) for a in (x, proxies))
    cosines = x @ proxies.T
    own = labels[:, None] == jnp.arange(len(proxies))
    zero = jnp.zeros((1, len(proxies)), x.dtype)

    def soft_sum(scores, mask):
        scores = jnp.where(mask, scores, -jnp.inf)
        return jax.nn.logsumexp(jnp.concatenate([scores, zero]), axis=0)

    near, far = (
        soft_sum(-32 * (cosines - 0.1), own),
        soft_sum(32 * (cosines + 0.1), ~own),
    )
    return near.sum() / own.any(0).sum() + far.mean()


def _arcface(x, vectors, labels):
    x, vectors = (a / jnp.linalg.norm(a, axis=1, keepdims=True) for a in (x, vectors))
    cosines = x @ vectors.T
    own = jnp.take_along_axis(cosines, labels[:, None], 1)
    sine = jnp.sqrt(jnp.maximum(1 - own**2, 1e-12))
    turned = own * np.cos(0.5) - sine * np.sin(0.5)
    turned = jnp.where(own >= -np.cos(0.5), turned, own - 0.5 * np.sin(0.5))
    is_label = labels[:, None] == jnp.arange(len(vectors))
    scores = 64 * jnp.where(is_label, turned, cosines)
    return optax.losses.softmax_cross_entropy_with_integer_labels(scores, labels).mean()


# The same in blocks of classes that are computed again for the gradient, so that no
# table of all scores is kept: what that takes, as the losses keep none.
def _unit(x):
    return x / jnp.linalg.norm(x, axis=1, keepdims=True)


def _class_blocks(vectors):
    """Return the vectors and their numbers, up to 32 of them in a block."""
    size = math.gcd(len(vectors), 32)
    numbers = jnp.arange(len(vectors)).reshape(-1, size)
    return vectors.reshape(-1, size, vectors.shape[1]), numbers


def _proxy_anchor_in_blocks(x, proxies, labels):
    x = _unit(x)

    @jax.checkpoint
    def block(proxies, numbers):
        cosines, own = proxies @ x.T, labels == numbers[:, None]
        near = jnp.where(own, -32 * (cosines - 0.1), -jnp.inf)
        far = jnp.where(own, -jnp.inf, 32 * (cosines + 0.1))
        sums = (jax.nn.softplus(jax.nn.logsumexp(z, axis=1)) for z in (near, far))
        return *sums, own.any(1)

    blocks = _class_blocks(_unit(proxies))
    near, far, found = lax.map(lambda row: block(*row), blocks)
    return near.sum() / found.sum() + far.mean()


def _arcface_in_blocks(x, vectors, labels):
    x, vectors = _unit(x), _unit(vectors)
    own = (x * vectors[labels]).sum(1)
    turned = own * np.cos(0.5) - jnp.sqrt(jnp.maximum(1 - own**2, 1e-12)) * np.sin(0.5)
    turned = jnp.where(own >= -np.cos(0.5), turned, own - 0.5 * np.sin(0.5))

    @jax.checkpoint
    def block(carry, row):
        (top, total), (vectors, numbers) = carry, row
        is_label = labels[:, None] == numbers
        scores = 64 * jnp.where(is_label, turned[:, None], x @ vectors.T)
        new = jnp.maximum(top, lax.stop_gradient(scores.max(1)))
        sums = jnp.exp(scores - new[:, None]).sum(1)
        return (new, total * jnp.exp(top - new) + sums), None

    start = jnp.full(len(x), -1e30), jnp.zeros(len(x))
    (top, total), _ = lax.scan(block, start, _class_blocks(vectors))
    return (top + jnp.log(total) - 64 * turned).mean()


def _barlow_twins(x, y):
    x, y = ((a - a.mean(0)) / jnp.sqrt(a.var(0) + 1e-5) for a in (x, y))
    c = x.T @ y / len(x)
    own = jnp.diag(c)
    others = (c**2).sum() - (own**2).sum()
    return ((1 - own) ** 2).sum() + 0.005 * others


def _vicreg(x, y):
    total = 25 * ((x - y) ** 2).mean()
    for side in (x, y):
        table = jnp.cov(side, rowvar=False)
        variances = jnp.diag(table)
        lacking = jax.nn.relu(1 - jnp.sqrt(variances + 1e-4))
        others = (table**2).sum() - (variances**2).sum()
        total += 12.5 * lacking.mean() + others / x.shape[1]
    return total


def _rows(rng, n, d):
    return (rng.standard_normal((n, d), np.float32),)


def _distances(x):
    """Return the distances of all pairs, by differences, with a finite gradient."""
    x = x / jnp.linalg.norm(x, axis=1, keepdims=True)
    squares = jnp.square(x[:, None] - x).sum(2)
    equal = squares == 0
    return jnp.where(equal, 0, jnp.sqrt(jnp.where(equal, 1, squares)))


def _pairs(labels):
    """Return which pairs are positive, and which are negative."""
    same = labels[:, None] == labels
    return same & ~jnp.eye(len(labels), dtype=bool), ~same


def _mean_of_active(losses):
    return losses.sum() / jnp.maximum((losses > 0).sum(), 1)


def _contrastive(x, labels):
    distances, (positive, negative) = _distances(x), _pairs(labels)
    near = jnp.where(positive, distances, 0)
    far = jnp.where(negative, jax.nn.relu(1 - distances), 0)
    return _mean_of_active(near) + _mean_of_active(far)


def _triplets(x, labels):
    distances, (positive, negative) = _distances(x), _pairs(labels)
    losses = jax.nn.relu(distances[:, :, None] - distances[:, None] + 0.2)
    return _mean_of_active(
        jnp.where(positive[:, :, None] & negative[:, None], losses, 0)
    )


def _koleo(x):
    own = jnp.eye(len(x), dtype=bool)
    nearest = jnp.argmin(jnp.where(own, jnp.inf, lax.stop_gradient(_distances(x))), 1)
    x = x / jnp.linalg.norm(x, axis=1, keepdims=True)
    return -jnp.log(jnp.linalg.norm(x - x[nearest] + 1e-8, axis=1) + 1e-8).mean()


def _mmd(x, y):
    def mean(x, y):
        squares = jnp.square(x[:, None] - y).sum(2)
        return jnp.exp(-squares / 2 / 64).mean()

    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


_case = functools.partial(beside, "contrastive")
BATCH, SMALL = (512, 64), (6, 4)

CASES = [
    _case(
        fl.ntxent_loss,
        _labelled,
        BATCH,
        SMALL,
        optax=optax.losses.ntxent,
        # optax holds the differences of all pairs, (N, N, D).
        growth=Growth(elements=lambda shape: shape[0] ** 2 * shape[1]),
    ),
    _case(
        fl.circle_loss,
        _labelled,
        BATCH,
        SMALL,
        options={"margin": 0.4, "constant_weights": False},
        growth=Growth(elements=pairs),
        keras=lambda x, t: keras.losses.circle(t, keras.ops.normalize(x)).mean(),
        **{BY_HAND: floors.circle},
    ),
    # No library of JAX has these: beside lines written by hand.
    _case(
        fl.info_nce_loss,
        _sides,
        BATCH,
        SMALL,
        options={"symmetric": True},
        growth=Growth(elements=pairs),
        wrt=(0, 1),
        jax=_clip,
    ),
    _case(
        fl.siglip_loss,
        _sides,
        BATCH,
        SMALL,
        growth=Growth(elements=pairs),
        wrt=(0, 1),
        jax=_siglip,
    ),
    _case(
        fl.supcon_loss,
        _labelled,
        BATCH,
        SMALL,
        growth=Growth(elements=pairs),
        jax=_supcon,
    ),
    _case(
        fl.multi_similarity_loss,
        _labelled,
        BATCH,
        SMALL,
        growth=Growth(elements=pairs),
        jax=_multi_similarity,
    ),
    _case(
        fl.proxy_anchor_loss,
        _classes,
        (512, 64, 512),
        (6, 4, 3),
        growth=Growth(elements=lambda shape: shape[0] * shape[2]),
        wrt=(0, 1),
        jax=_proxy_anchor,
        **{BY_HAND: _proxy_anchor_in_blocks},
    ),
    _case(
        fl.arcface_loss,
        _classes,
        (512, 64, 512),
        (6, 4, 3),
        growth=Growth(elements=lambda shape: shape[0] * shape[2]),
        wrt=(0, 1),
        jax=_arcface,
        **{BY_HAND: _arcface_in_blocks},
    ),
    *(
        _case(
            loss,
            _sides,
            (512, 512),
            SMALL,
            wrt=(0, 1),
            jax=by_hand,
        )
        for loss, by_hand in (
            (fl.barlow_twins_loss, _barlow_twins),
            (fl.vicreg_loss, _vicreg),
        )
    ),
    _case(
        fl.contrastive_loss,
        _labelled,
        BATCH,
        SMALL,
        growth=Growth(elements=pairs),
        jax=_contrastive,
    ),
    _case(
        fl.batch_triplet_loss,
        _labelled,
        BATCH,
        SMALL,
        # The line by hand has the losses of all triplets, (N, N, N).
        growth=Growth(elements=lambda shape: shape[0] ** 3),
        jax=_triplets,
    ),
    _case(
        fl.koleo_loss,
        _rows,
        BATCH,
        SMALL,
        growth=Growth(elements=pairs),
        jax=_koleo,
    ),
    _case(
        fl.mmd_loss,
        _sides,
        BATCH,
        SMALL,
        options={"bandwidth": 8.0},
        # The line by hand has the differences of all pairs, (N, M, D).
        growth=Growth(elements=lambda shape: shape[0] ** 2 * shape[1]),
        wrt=(0, 1),
        jax=_mmd,
    ),
]
