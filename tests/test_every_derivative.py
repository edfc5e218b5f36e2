"""First and second derivatives of every loss: finite wherever the exact ones are.

Samples are drawn from numbers at which formulas break: zeros, the least numbers,
corners and far tails. Float64 tells how large the exact derivatives are.
"""

import functools
import zlib

import jax
import jax.numpy as jnp
import numpy as np
import torch

import funloss as fl
from parity.losses.adaptive import adaptive_log_softmax_with_loss
from tests.sampling import COMPILED
from tests.table import ROWS, rows
from tests.test_every_loss import summed

SIZES = [0.0, 1e-42, 1e-38, 1e-30, 1e-3, 0.5, 1.0, 3.0, 50.0, 100.0, 400.0, 1e4]
REAL = np.asarray([sign * x for x in SIZES for sign in (1, -1)])
POSITIVE, NEGATIVE = np.asarray(SIZES), -np.asarray(SIZES)
UNIT = np.asarray([0, 1e-42, 1e-38, 1e-30, 1e-10, 1e-3, 0.25, 0.5, 1 - 2**-20, 1])
RELEVANCE = np.asarray([0, 1e-42, 1e-30, 0.25, 0.5, 1, 2, 4])
# An exact derivative beyond this may overflow in float32.
LARGE = 1e36

PROBABILITIES = {
    "target": {
        fl.binary_cross_entropy_with_logits,
        fl.multilabel_soft_margin_loss,
        fl.asymmetric_loss,
        fl.sigmoid_focal_loss,
        fl.heatmap_focal_loss,
        fl.quality_focal_loss,
        fl.varifocal_loss,
        fl.cross_entropy,
        fl.softmax_focal_loss,
        fl.poly_loss,
        fl.generalized_cross_entropy,
        fl.fenchel_young_loss,
        fl.entmax_loss,
        fl.bi_tempered_loss,
        fl.smooth_labels,
        fl.dice_loss,
        fl.tversky_loss,
        fl.soft_cldice_loss,
        fl.binary_cross_entropy,
        fl.kl_div,
    },
    "input": {
        fl.dice_loss,
        fl.tversky_loss,
        fl.generalized_dice_loss,
        fl.lovasz_softmax_loss,
        fl.soft_cldice_loss,
    },
}
RANKED = {row for row in fl.__all__ if row.startswith("pairwise_")} | {
    "ranking_softmax_loss",
    "poly1_softmax_loss",
    "unique_softmax_loss",
    "listmle_loss",
    "approx_ndcg_loss",
}

# Where the exact second derivative is infinite, undefined or beyond float32, and why.
NARROWER = {
    # The loss is -log(p), whose derivatives are infinite at 0 and 1; below 1e-12
    # torch's floor takes the place of the gradient, which then is none of the loss's.
    (fl.binary_cross_entropy, "input"): UNIT[(UNIT > 1e-12) & (UNIT < 1)],
    # The exponential of the input overflows: float32 by 89, float64 by 710.
    (fl.poisson_nll_loss, "input"): REAL[REAL <= 400],
    # Second derivatives are of the size of the inverse square of a mean, df or count.
    (fl.negative_binomial_nll_loss, "target"): POSITIVE,
    (fl.negative_binomial_nll_loss, "total_count"): POSITIVE[POSITIVE >= 1e-3],
    (fl.student_t_nll_loss, "df"): POSITIVE[POSITIVE >= 1e-3],
    # Means and what is seen of them.
    (fl.tweedie_nll_loss, None): POSITIVE,
    # A variance over another is exp(log_var - target_log_var).
    (fl.gaussian_kl_divergence, None): REAL[np.abs(REAL) <= 40],
    # The ratio exp(input - old) overflows; times a tiny advantage it need not be large.
    (fl.ppo_clip_loss, "input"): REAL[np.abs(REAL) <= 100],
    (fl.ppo_clip_loss, "old"): REAL[np.abs(REAL) <= 100],
    (fl.ppo_clip_loss, "advantage"): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    **dict.fromkeys(
        [(fl.grpo_loss, name) for name in ("input", "old", "reference")],
        REAL[np.abs(REAL) <= 40],
    ),
    (fl.grpo_loss, "advantage"): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.sampled_kl_loss, None): REAL[np.abs(REAL) <= 40],
    # log(1 + x) is taken of numbers above -1.
    (fl.mean_squared_logarithmic_error, "input"): REAL[REAL > -1],
    (fl.mean_squared_logarithmic_error, "target"): REAL[REAL > -1],
    # A score is a product of three: 1e12 is known in float32 to 1e5, not to 1.
    (adaptive_log_softmax_with_loss, None): REAL[np.abs(REAL) <= 100],
    # The Hessian of a direction is of the size of the inverse square of its length, so
    # that float32 holds none of a vector shorter than 1e-18.
    (fl.ntxent_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.circle_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.info_nce_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.siglip_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.supcon_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.multi_similarity_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.proxy_anchor_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.arcface_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.contrastive_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.batch_triplet_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.koleo_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    (fl.energy_score_loss, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-3)],
    # That of a length is of the size of its inverse, which overflows if subnormal.
    (fl.cosine_similarity, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-30)],
    (fl.cosine_distance, None): REAL[(REAL == 0) | (np.abs(REAL) >= 1e-30)],
    # Second derivatives are of the size of the inverse square of a log-probability.
    (fl.orpo_loss, None): NEGATIVE[(NEGATIVE == 0) | (NEGATIVE <= -1e-3)],
    # That of a share is of the size of the inverse square of the sum of all.
    (fl.poly1_softmax_loss, "target"): RELEVANCE[(RELEVANCE == 0) | (RELEVANCE > 0.1)],
}


def numbers(row, name):
    """Return the numbers to draw an array from."""
    narrower = NARROWER.get((row.loss, name), NARROWER.get((row.loss, None)))
    divergence = row.loss in {fl.kl_div, fl.generalized_kl_divergence}
    logarithms = divergence and (name == "input" or "log_target" in row.options)
    logits = name == "input" and "activation" in row.options
    mean = name == "input" and row.options.get("parameter") == "mean"
    relevance = name == "target" and row.loss.__name__ in RANKED
    probabilities = row.loss in PROBABILITIES.get(name, ()) and not logits
    kinds = (
        (mean, POSITIVE[POSITIVE >= 1e-3]),
        (narrower is not None, narrower),
        (logarithms or name == "log_probs", NEGATIVE),
        (relevance, RELEVANCE),
        (probabilities or name in {"label_smoothing", "discount", "policy"}, UNIT),
        (name == "behaviour", UNIT[UNIT > 1e-4]),
        (divergence or name in {"var", "scale"}, POSITIVE),
        (True, REAL),
    )
    return next(chosen for holds, chosen in kinds if holds)


def drawn(row, count=32, batches=5):
    """Return batches of samples as float32 holds them, and directions beside them."""
    rng = np.random.default_rng(zlib.crc32(row.loss.__name__.encode()))
    arrays = {}
    for name, own in row.values().items():
        axis = row.samples.get(name, 0)
        shared = axis is None or row.together
        x = own if shared else np.take(own, np.arange(count) % own.shape[axis], axis)
        x = np.repeat(x[None], batches, 0)
        if own.dtype.kind == "f" and name != "atoms":
            chosen = numbers(row, name).astype(np.float32).astype(np.float64)
            x = rng.choice(chosen, x.shape)
            # In one batch all coordinates are equal, in another the arrays are.
            x[0] = x[0, ..., :1] if x.ndim > 2 else x[0]
            same = (y[1] for y in arrays.values() if y.shape == x.shape)
            x[1] = next((y for y in same if np.isin(y, chosen).all()), x[1])
        arrays[name] = x
    arrays = list(arrays.values())
    directions = [rng.choice([-1.0, 1.0, 2.0], arrays[k].shape) for k in row.trained()]
    return arrays, directions


def on_jax(row, way):
    """Return a function to gradients and Hessian-vector products of each batch."""
    loss, places = summed(row), row.trained()

    def both(arrays, directions):
        def moved(*floats):
            given = dict(enumerate(arrays)) | dict(zip(places, floats, strict=True))
            return loss(*given.values())

        every = tuple(range(len(places)))
        floats, gradient = [arrays[k] for k in places], jax.grad(moved, every)
        if way == "forward":
            return jax.jvp(gradient, tuple(floats), tuple(directions))

        def along(*floats):
            derivatives = gradient(*floats)
            pairs = zip(derivatives, directions, strict=True)
            return sum((x * v).sum() for x, v in pairs), derivatives

        return jax.grad(along, every, has_aux=True)(*floats)[::-1]

    return jax.jit(jax.vmap(both))


def on_torch(row, arrays, directions):
    """Return gradients and Hessian-vector products of one batch."""
    floats = [arrays[k].requires_grad_() for k in row.trained()]
    take = functools.partial(torch.autograd.grad, materialize_grads=True)
    derivatives = take(summed(row)(*arrays), floats, create_graph=True)
    along = sum((x * v).sum() for x, v in zip(derivatives, directions, strict=True))
    curved = along.requires_grad
    products = take(along, floats) if curved else [torch.zeros_like(x) for x in floats]
    return derivatives, products


def taken(row, library, dtype, arrays, directions):
    """Return gradients and products as float64, one array for each that is trained."""
    xp = torch if library == "torch" else jnp

    def made(x):
        kind = dtype if x.dtype.kind == "f" else "int64"
        return xp.asarray(np.array(x), dtype=getattr(xp, kind))

    if xp is jnp:
        given = [made(x) for x in arrays], [made(v) for v in directions]
        found = on_jax(row, library)(*given)
        return [[np.asarray(x, np.float64) for x in part] for part in found]
    batches = [
        on_torch(row, [made(x[k]) for x in arrays], [made(v[k]) for v in directions])
        for k in range(len(arrays[0]))
    ]
    parts = [zip(*part, strict=True) for part in zip(*batches, strict=True)]
    return [
        [np.stack([x.detach().numpy(force=True) for x in batch]) for batch in part]
        for part in parts
    ]


@rows(attribute="is_trained", one_in=COMPILED)
def test_derivatives_are_finite_wherever_the_exact_ones_are(row):
    arrays, directions = drawn(row)
    exact = taken(row, "torch", "float64", arrays, directions)
    assert all(np.isfinite(x).all() for part in exact for x in part)
    # Each way that JAX has takes seconds to compile: every other row asks the other.
    way = ("forward", "reverse")[ROWS.index(row) % 2]
    for library in ("torch", way):
        found = taken(row, library, "float32", arrays, directions)
        for order, part, wanted in zip((1, 2), found, exact, strict=True):
            for x, y in zip(part, wanted, strict=True):
                bad = ~np.isfinite(x) & (np.abs(y) < LARGE)
                where = tuple(map(int, np.argwhere(bad)[0])) if bad.any() else ()
                message = f"order {order} on {library}: {x[where]} at {where}"
                assert not np.any(bad), f"{message}, exact {y[where]}"
