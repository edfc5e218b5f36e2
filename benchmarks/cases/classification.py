"""Losses of classes that torch does not have."""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
from jaxopt import loss as jaxopt

import funloss as fl
from benchmarks.case import BY_HAND, OURS, Case
from benchmarks.cases import floors
from benchmarks.cases.beside import beside
from benchmarks.cases.margin import labelled
from benchmarks.cases.rows import rows, tagged
from benchmarks.makers import JaxGradient

__all__ = ["CASES"]


def _binary(rng, n):
    return 2 * rng.standard_normal(n, np.float32), (rng.random(n) < 0.5).astype("f")


def _signed(rng, n):
    x, t = _binary(rng, n)
    return x, 2 * t - 1


def _shares(rng, n, c):
    x, t = rng.standard_normal((2, n, c), np.float32)
    return x, np.exp(t) / np.exp(t).sum(1, keepdims=True)


def _scores_of_two(rng, n, c):
    return tuple(rng.standard_normal((2, n, c), np.float32))


def _two_layers(rng, n, d, c):
    x, t = rng.standard_normal((2, n, d), np.float32)
    layer, teacher = rng.standard_normal((2, c, d), np.float32) / np.float32(d**0.5)
    return x, layer, t, teacher


def _distilled(x, layer, t, teacher):
    """Return the divergence of all scores at once."""
    x, t = jax.nn.log_softmax(x @ layer.T), jax.nn.log_softmax(t @ teacher.T)
    return optax.losses.kl_divergence_with_log_targets(x, t).mean()


def _groups(rng, n, t, e):
    return (rng.standard_normal((n, t, e), np.float32),)


def _mixed(x, t):
    """Return the Jensen-Shannon divergence as it is written by hand."""
    x, t = jax.nn.log_softmax(x), jax.nn.log_softmax(t)
    mean = jax.numpy.logaddexp(x, t) - np.float32(np.log(2))
    kl = optax.losses.kl_divergence_with_log_targets
    return (kl(mean, x) + kl(mean, t)).mean() / 2


def _balance(x, top_k):
    """Return the load-balancing loss as it is written by hand."""
    chosen = jax.lax.top_k(x, top_k)[1]
    share = jax.nn.one_hot(chosen, x.shape[-1]).sum(-2).mean(-2)
    mean = jax.nn.softmax(x).mean(-2)
    return (x.shape[-1] * (share * mean).sum(-1)).mean()


def _log_mass(x):
    return jax.nn.logsumexp(x, axis=-1)


def _asymmetric(x, t, *, gamma_neg=4, gamma_pos=1, clip=0.05):
    """Return the asymmetric loss as it is written by hand."""
    p = jax.nn.sigmoid(x)
    excess = jax.numpy.maximum(p - clip, 0)
    on = (1 - p) ** gamma_pos * jax.nn.log_sigmoid(x)
    off = excess**gamma_neg * jax.numpy.log1p(-excess)
    return -(t * on + (1 - t) * off).mean()


def _bi_tempered(x, t, *, t1=0.8, t2=1.2):
    """Return the bi-tempered loss by the fixed point of the paper, in twelve steps."""
    shifted = x - x.max(-1, keepdims=True)

    def raised(x):
        return (1 + (1 - t2) * x) ** (1 / (1 - t2))

    scores = shifted
    for _ in range(12):
        mass = raised(scores).sum(-1, keepdims=True)
        scores = shifted * mass ** (1 - t2)
    mass = raised(scores).sum(-1, keepdims=True)
    p = raised(shifted + ((1 / mass) ** (1 - t2) - 1) / (1 - t2))
    own = jax.numpy.take_along_axis(p, t[:, None], -1)[:, 0]
    log_own = (own ** (1 - t1) - 1) / (1 - t1)
    return (-log_own - (1 - (p ** (2 - t1)).sum(-1)) / (2 - t1)).mean()


def _zero_bounded(x, t):
    """Return the ZLPR loss as it is written by hand."""
    zero = jax.numpy.zeros_like(x[:, :1])
    losses = 0.0
    for sign, mask in ((-1, t == 1), (1, t == 0)):
        scores = jax.numpy.where(mask, sign * x, -jax.numpy.inf)
        losses += jax.nn.logsumexp(jax.numpy.concatenate([zero, scores], 1), 1)
    return losses.mean()


_case = functools.partial(beside, "classification")
BITS, SOME_BITS = (1 << 20,), (8,)


def _squared_logsumexp(x):
    return jnp.square(jax.nn.logsumexp(x, 1)).mean()


ROWS, SOME_ROWS = (4096, 1000), (6, 5)

CASES = [
    _case(
        fl.hinge_loss,
        _signed,
        BITS,
        SOME_BITS,
        optax=lambda x, t: optax.hinge_loss(x, t).mean(),
        keras=lambda x, t: keras.losses.hinge(t, x),
    ),
    _case(
        fl.binary_sparsemax_loss,
        _binary,
        BITS,
        SOME_BITS,
        optax=lambda x, t: optax.losses.sparsemax_loss(x, t).mean(),
        jaxopt=lambda x, t: jaxopt.binary_sparsemax_loss(t, x).mean(),
    ),
    _case(
        fl.sigmoid_focal_loss,
        _binary,
        BITS,
        SOME_BITS,
        options={"alpha": 0.25},
        optax=lambda x, t: optax.sigmoid_focal_loss(x, t, alpha=0.25).mean(),
        keras=lambda x, t: keras.losses.binary_focal_crossentropy(
            t, x, from_logits=True, apply_class_balancing=True
        ),
        **{BY_HAND: floors.focal},
    ),
    _case(
        fl.asymmetric_loss,
        _binary,
        BITS,
        SOME_BITS,
        **{BY_HAND: _asymmetric},
    ),
    _case(
        fl.multiclass_hinge_loss,
        labelled,
        ROWS,
        SOME_ROWS,
        optax=lambda x, t: optax.losses.multiclass_hinge_loss(x, t).mean(),
    ),
    _case(
        fl.entmax_loss,
        labelled,
        ROWS,
        SOME_ROWS,
        options={"alpha": 2.0},
        optax=lambda x, t: optax.losses.multiclass_sparsemax_loss(x, t).mean(),
        jaxopt=lambda x, t: jax.vmap(jaxopt.multiclass_sparsemax_loss)(t, x).mean(),
    ),
    _case(
        fl.bi_tempered_loss,
        labelled,
        ROWS,
        SOME_ROWS,
        **{BY_HAND: _bi_tempered},
    ),
    _case(
        fl.fenchel_young_loss,
        _shares,
        ROWS,
        SOME_ROWS,
        options={"conjugate": _log_mass},
        optax=lambda x, t: optax.losses.make_fenchel_young_loss(jax.nn.logsumexp)(
            x, t
        ).mean(),
        **{BY_HAND: floors.fenchel_young},
    ),
    _case(
        fl.softmax_focal_loss,
        _shares,
        ROWS,
        SOME_ROWS,
        options={"alpha": 0.25},
        keras=lambda x, t: keras.losses.categorical_focal_crossentropy(
            t, x, from_logits=True
        ).mean(),
    ),
    _case(
        fl.poly_loss,
        _shares,
        ROWS,
        SOME_ROWS,
        options={"epsilon": 1.0},
        optax=lambda x, t: optax.losses.poly_loss_cross_entropy(
            x, t, epsilon=1.0
        ).mean(),
    ),
    _case(
        fl.generalized_cross_entropy,
        labelled,
        ROWS,
        SOME_ROWS,
        keras=lambda x, t: keras.losses.categorical_generalized_cross_entropy(
            t, jax.nn.softmax(x), q=0.7
        ).mean(),
        **{BY_HAND: floors.generalized_entropy},
    ),
    _case(
        fl.distillation_loss,
        _scores_of_two,
        ROWS,
        SOME_ROWS,
        optax=lambda x, t: optax.losses.kl_divergence_with_log_targets(
            jax.nn.log_softmax(x), jax.nn.log_softmax(t)
        ).mean(),
    ),
    _case(
        fl.distillation_loss,
        _scores_of_two,
        ROWS,
        SOME_ROWS,
        options={"beta": 0.5},
        optax=_mixed,
    ),
    Case(
        "classification",
        "linear_distillation_loss",
        "gradient",
        _two_layers,
        (512, 256, 16384),
        (8, 4, 5),
        {
            OURS: JaxGradient(fl.linear_distillation_loss, (0, 1)),
            "optax": JaxGradient(_distilled, (0, 1)),
            BY_HAND: JaxGradient(floors.linear_distillation, (0, 1)),
        },
        # The matrices of two layers are out of cache, the scores of more rows slow.
        growth=None,
    ),
    _case(fl.z_loss, rows(1), ROWS, SOME_ROWS, **{BY_HAND: _squared_logsumexp}),
    _case(
        fl.load_balancing_loss,
        _groups,
        (16, 1024, 64),
        (2, 5, 4),
        options={"top_k": 2},
        **{BY_HAND: functools.partial(_balance, top_k=2)},
    ),
    _case(
        fl.zlpr_loss,
        tagged,
        (4096, 256),
        SOME_ROWS,
        **{BY_HAND: _zero_bounded},
    ),
]
