"""Lines of JAX for the rows that a peer may be quicker in: the same formula and checks.

What they take beside that peer is what the formula and its checks take; the rest is
funloss's own. The cases have them as what is written by hand.
"""

import jax
import jax.numpy as jnp
from jax import lax

__all__ = [
    "approx_ndcg",
    "circle",
    "distances",
    "expectile",
    "fenchel_young",
    "focal",
    "generalized_entropy",
    "generalized_kl",
    "huber",
    "lambda_logistic",
    "linear_distillation",
    "linear_entropy",
    "mse",
    "percentage",
    "quantile_huber",
    "retrace",
    "squared_log",
]


def mse(x, t):
    """Return the mean squared error."""
    return jnp.square(x - t).mean()


def huber(x, t):
    """Return the Huber loss."""
    size = jnp.abs(x - t)
    return jnp.where(size <= 1, size * size / 2, size - 0.5).mean()


def expectile(x, t, expectile=0.3):
    """Return the expectile loss."""
    error = x - t
    share = jnp.where(error > 0, 1 - expectile, expectile)
    return (share * error * error).mean()


def percentage(x, t):
    """Return the mean absolute percentage error."""
    return 100 * (jnp.abs(x - t) / jnp.maximum(jnp.abs(t), 1e-7)).mean()


def squared_log(x, t):
    """Return the loss by the ratio, which keeps the digits of near values."""
    least = jnp.minimum(x, t)
    log = jnp.log1p(jnp.abs(x - t) / (1 + least))
    return jnp.square(jnp.where(least <= -1, jnp.nan, log)).mean()


def generalized_kl(x, t):
    """Return the divergence by `expm1`, which keeps the digits of near values."""
    gap = x - jnp.log(jnp.where(t == 0, 1, t))
    near = t * (jnp.expm1(gap) - gap)
    far = jnp.exp(x) - jnp.where(t == 0, 0, t * (1 + gap))
    losses = jnp.where((jnp.abs(gap) > 1) | (t == 0), far, near)
    return jnp.where(t < 0, jnp.nan, losses).sum(-1).mean()


def focal(x, t, alpha=0.25):
    """Return the sigmoid focal loss, nan for a target that is no probability."""
    p, q = jax.nn.sigmoid(x), jax.nn.sigmoid(-x)
    t = jnp.where((t >= 0) & (t <= 1), t, jnp.nan)
    entropy = jnp.log1p(jnp.exp(-jnp.abs(x)))
    entropy += (1 - t) * jnp.maximum(x, 0) + t * jnp.maximum(-x, 0)
    balance = alpha * t + (1 - alpha) * (1 - t)
    return (balance * jnp.square((1 - t) * p + t * q) * entropy).mean()


def _checked(x, t):
    """Return scores, nan in rows whose label is out of range, and the labels."""
    bad, t = (t < 0) | (t >= x.shape[1]), t[:, None]
    return jnp.where(bad[:, None], jnp.nan, x), t


def _own_log_p(x, t):
    x, t = _checked(x, t)
    own = jnp.take_along_axis(x, t, 1)[:, 0]
    return own - jax.nn.logsumexp(x, axis=1)


def generalized_entropy(x, t, q=0.7):
    """Return the generalized cross-entropy, nan for a label out of range."""
    keep = t != -100
    log_p = _own_log_p(x, jnp.where(keep, t, 0))
    losses = jnp.where(keep, -jnp.expm1(q * log_p) / q, 0)
    return losses.sum() / keep.sum()


def fenchel_young(x, t):
    """Return the Fenchel-Young loss of log-sum-exp."""
    inner = jnp.where((t == 0) & (x == -jnp.inf), 0, x) * t
    return (jax.nn.logsumexp(x, axis=1) - inner.sum(1)).mean()


def linear_entropy(x, layer, t):
    """Return the cross-entropy of all scores of a linear layer at once."""
    return -_own_log_p(x @ layer.T, t).mean()


def linear_distillation(x, layer, t, teacher):
    """Return the mean divergence, of 64 rows at a time, whose scores are not kept."""

    @jax.checkpoint
    def losses(rows):
        x, t = rows
        log_q, log_p = (
            jax.nn.log_softmax(x @ layer.T),
            jax.nn.log_softmax(t @ teacher.T),
        )
        return (jnp.exp(log_p) * (log_p - log_q)).sum(1)

    size = min(64, len(x))
    blocks = (a.reshape(-1, size, a.shape[1]) for a in (x, t))
    return lax.map(losses, tuple(blocks)).mean()


def distances(x):
    """Return the mean distance of all pairs, a row and all others at a time."""

    @jax.checkpoint
    def total(row):
        squares = jnp.square(x - row).sum(-1)
        is_equal = squares == 0
        return jnp.where(is_equal, 0, jnp.sqrt(jnp.where(is_equal, 1, squares))).sum()

    return lax.map(total, x).sum() / (len(x) * (len(x) - 1))


def circle(x, labels, margin=0.4, gamma=80):
    """Return the circle loss of all pairs."""
    x = x / jnp.linalg.norm(x, axis=1, keepdims=True)
    cosines, alike = x @ x.T, labels[:, None] == labels
    positive, negative = alike & ~jnp.eye(len(x), dtype=bool), ~alike
    distances = jnp.where(alike, 1 - cosines, cosines)
    scores = gamma * jnp.maximum(distances + margin, 0) * (distances - margin)
    near, far = (
        jax.nn.logsumexp(jnp.where(mask, scores, -jnp.inf), axis=1)
        for mask in (positive, negative)
    )
    both = positive.any(1) & negative.any(1)
    losses = jnp.where(both, jax.nn.softplus(jnp.where(both, near + far, 0)), 0)
    return losses.sum() / jnp.maximum(both.sum(), 1)


def _ranks(x):
    return 1 + jnp.argsort(jnp.argsort(-x))


def approx_ndcg(x, t):
    """Return ApproxNDCG by a table of all pairs."""
    gain = jnp.exp2(t) - 1
    smooth = 0.5 + jax.nn.sigmoid(x[:, None, :] - x[:, :, None]).sum(-1)
    ideal = (gain / jnp.log2(1 + _ranks(gain))).sum(-1)
    total = (gain / jnp.log2(1 + smooth)).sum(-1)
    return -(total / jnp.where(ideal == 0, jnp.inf, ideal)).mean()


def lambda_logistic(x, t):
    """Return the pairwise logistic loss by a table of weighted pairs."""
    gain, rank = jnp.exp2(t) - 1, _ranks(x)
    apart = jnp.abs(rank[:, :, None] - rank[:, None, :])
    n = jnp.maximum(apart, 1)
    change = 1 / jnp.log2(1 + n) - 1 / jnp.log2(2 + n)
    weight = jnp.abs(gain[:, :, None] - gain[:, None, :]) * jnp.where(apart, change, 0)
    better = t[:, :, None] > t[:, None, :]
    losses = jax.nn.softplus(x[:, None, :] - x[:, :, None])
    return jnp.where(better, weight * losses, 0).sum() / jnp.maximum(better.sum(), 1)


def quantile_huber(x, t):
    """Return the quantile Huber loss by a table of all pairs."""
    count = x.shape[-1]
    tau = ((jnp.arange(count) + 0.5) / count)[:, None]
    error = t[:, None, :] - x[:, :, None]
    size = jnp.abs(error)
    size = jnp.where(size <= 1, size * size / 2, size - 0.5)
    return (jnp.where(error < 0, 1 - tau, tau) * size).mean(-1).sum(-1).mean()


def retrace(x, action, r, g, later, next_action, policy, behaviour, lambda_=0.75):
    """Return the loss, nan where an action or a policy is out of range."""
    bad = [(a < 0) | (a >= x.shape[-1]) for a in (action, next_action)]
    bad = bad[0] | bad[1] | ((policy < 0) | (policy > 1)).any(-1)

    def own(values, action):
        return jnp.take_along_axis(values, action[..., None], -1)[..., 0]

    decay = lambda_ * jnp.minimum(own(policy, next_action) / behaviour, 1)
    decay = decay.at[:, -1].set(0)
    gain = r + g * ((policy * later).sum(-1) - decay * own(later, next_action))

    def step(total, row):
        gain, decay = row
        total = gain + decay * total
        return total, total

    rows = (gain.T, (g * decay).T)
    returns = lax.scan(step, jnp.zeros(len(x)), rows, reverse=True)[1].T
    chosen = own(jnp.where(bad[..., None], jnp.nan, x), action)
    return 0.5 * jnp.square(lax.stop_gradient(returns) - chosen).mean()
