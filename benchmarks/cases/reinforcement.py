"""Values and policies, a step or a sequence at a time."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import rlax

import funloss as fl
from benchmarks.case import BY_HAND
from benchmarks.cases import floors
from benchmarks.cases.beside import beside
from benchmarks.cases.rows import rows
from benchmarks.sizes import Growth, pairs_in_rows

__all__ = ["CASES"]


def _values(rng, n):
    value, reward, later = rng.standard_normal((3, n), np.float32)
    return value, reward, rng.random(n, np.float32), later


def _actions(rng, n, a):
    """Make values of actions, an action, a reward, a discount, and later values."""
    values, later = rng.standard_normal((2, n, a), np.float32)
    reward, discount = rng.standard_normal(n, np.float32), rng.random(n, np.float32)
    return values, rng.integers(0, a, n, np.int32), reward, discount, later


def _sequences(rng, n, steps, a):
    """Make what `_actions` makes, a later action, and the policies of it."""
    values, later, scores = rng.standard_normal((3, n, steps, a), np.float32)
    action, later_action = rng.integers(0, a, (2, n, steps), np.int32)
    reward, discount = rng.random((2, n, steps), np.float32)
    policy = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    behaviour = rng.random((n, steps), np.float32) + np.float32(0.1)
    return (
        values,
        action,
        reward,
        discount,
        later,
        later_action,
        policy,
        behaviour,
    )


def _returns(rng, n, atoms):
    """Make logits of returns, the returns, a reward, a discount, and later logits."""
    logits, _, reward, discount, later = _actions(rng, n, atoms)
    return logits, np.linspace(-2, 2, atoms, dtype="f"), reward, discount, later


def _returns_of_actions(rng, n, a, atoms):
    _, action, reward, discount, _ = _actions(rng, n, a)
    logits, later = rng.standard_normal((2, n, a, atoms), np.float32)
    support = np.linspace(-2, 2, atoms, dtype="f")
    return logits, support, action, reward, discount, later


def _quantiles_of_actions(rng, *shape):
    values, _, *step = _returns_of_actions(rng, *shape)
    return values, *step


def _policy(rng, n, a):
    """Make logits of actions, an action, and an advantage."""
    return _actions(rng, n, a)[:3]


def _ratio(rng, n):
    log_p, advantage, log_q = rng.standard_normal((3, n), np.float32)
    ratio = np.exp((log_p - log_q) / 4)
    # At its bounds rlax has half of the gradient.
    at_bound = (abs(ratio - 0.8) < 1e-5) | (abs(ratio - 1.2) < 1e-5)
    return np.where(at_bound, log_q, log_p) / 4, log_q / 4, advantage


def _tokens(rng, n, steps):
    log_p, change = rng.standard_normal((2, n, steps), np.float32)
    return log_p, log_p + change / 4, rng.standard_normal(n, np.float32)


def _grpo(x, old, gain):
    ratio, gain = jnp.exp(x - old), gain[:, None]
    # On a bound jnp.clip has half a gradient.
    clipped = jnp.where(ratio > 1.2, 1.2, jnp.where(ratio < 0.8, 0.8, ratio))
    return -jnp.minimum(ratio * gain, clipped * gain).mean()


def _gspo(x, old, gain):
    ratio = jnp.exp((x - old).mean(-1))
    return -jnp.minimum(ratio * gain, jnp.clip(ratio, 0.8, 1.2) * gain).mean()


def _log_probabilities(rng, n):
    log_p, _, log_q = _ratio(rng, n)
    return log_p, log_q


def _k3(x, reference):
    d = reference - x
    return (jnp.exp(d) - 1 - d).mean()


def _value(x, old, target):
    clipped = jnp.clip(x, old - 0.2, old + 0.2)
    return 0.5 * jnp.maximum((x - target) ** 2, (clipped - target) ** 2).mean()


def _td(*arrays):
    return rlax.l2_loss(jax.vmap(rlax.td_learning)(*arrays)).mean()


def _q_learning(*arrays):
    return rlax.l2_loss(jax.vmap(rlax.q_learning)(*arrays)).mean()


def _q_learning_by_hand(x, action, r, g, later):
    """Return the loss, nan in a row whose action is out of range."""
    bad, action = (action < 0) | (action >= x.shape[1]), action[:, None]
    chosen = jnp.take_along_axis(jnp.where(bad[:, None], jnp.nan, x), action, 1)
    return 0.5 * ((r + g * later.max(1) - chosen[:, 0]) ** 2).mean()


def _ratio_by_hand(x, old, advantage):
    """Return the loss of a ratio whose gradient stays when it is infinite."""
    ratio = jnp.exp(x - old)
    beyond = jnp.where(advantage < 0, ratio < 0.8, ratio > 1.2)
    bound = jnp.where(advantage < 0, 0.8, 1.2)
    return -(advantage * jnp.where(beyond, bound, ratio)).mean()


def _retrace(x, action, r, g, later, next_action, policy, behaviour):
    each = jax.vmap(functools.partial(rlax.retrace, lambda_=0.75, eps=0.0))
    errors = each(x, later, action, next_action, r, g, policy, behaviour)
    return rlax.l2_loss(errors).mean()


def _categorical_td(x, atoms, r, g, later):
    each = jax.vmap(rlax.categorical_td_learning, (None, 0, 0, 0, None, 0))
    return each(atoms, x, r, g, atoms, later).mean()


def _categorical_q(x, atoms, action, r, g, later):
    each = jax.vmap(rlax.categorical_q_learning, (None, 0, 0, 0, 0, None, 0))
    return each(atoms, x, action, r, g, atoms, later).mean()


def _levels(count):
    return (jnp.arange(count) + 0.5) / count


def _quantile(x, t):
    each = jax.vmap(rlax.quantile_regression_loss, (0, None, 0, None))
    return each(x, _levels(x.shape[-1]), t, 1.0).mean()


def _quantile_q(x, action, r, g, later):
    each = jax.vmap(rlax.quantile_q_learning, (0, None, 0, 0, 0, 0, 0, None))
    later = later.mT
    return each(x.mT, _levels(x.shape[-1]), action, r, g, later, later, 1.0).mean()


_case = functools.partial(beside, "reinforcement")
STEPS, SOME_STEPS = (1 << 20,), (8,)
ROWS, SOME_ROWS = (65536, 16), (6, 3)
# Of atoms, or of quantiles.
PAIRS = Growth(elements=pairs_in_rows)

CASES = [
    _case(fl.td_loss, _values, STEPS, SOME_STEPS, rlax=_td),
    _case(
        fl.q_learning_loss,
        _actions,
        ROWS,
        SOME_ROWS,
        rlax=_q_learning,
        **{BY_HAND: _q_learning_by_hand},
    ),
    _case(
        fl.retrace_loss,
        _sequences,
        (512, 64, 16),
        (3, 4, 5),
        options={"lambda_": 0.75, "time_axis": 1},
        rlax=_retrace,
        **{BY_HAND: floors.retrace},
    ),
    _case(
        fl.categorical_td_loss,
        _returns,
        (4096, 51),
        (4, 5),
        growth=PAIRS,
        rlax=_categorical_td,
    ),
    _case(
        fl.categorical_q_learning_loss,
        _returns_of_actions,
        (1024, 8, 51),
        (4, 3, 5),
        growth=PAIRS,
        rlax=_categorical_q,
    ),
    _case(
        fl.quantile_huber_loss,
        rows(2),
        (4096, 64),
        (4, 5),
        growth=PAIRS,
        rlax=_quantile,
        **{BY_HAND: floors.quantile_huber},
    ),
    _case(
        fl.quantile_q_learning_loss,
        _quantiles_of_actions,
        (1024, 8, 32),
        (4, 3, 5),
        growth=PAIRS,
        rlax=_quantile_q,
    ),
    _case(
        fl.policy_gradient_loss,
        _policy,
        ROWS,
        SOME_ROWS,
        rlax=lambda x, action, gain: rlax.policy_gradient_loss(
            x, action, gain, jnp.ones_like(gain)
        ),
    ),
    _case(
        fl.entropy_loss,
        rows(1),
        ROWS,
        SOME_ROWS,
        rlax=lambda x: rlax.entropy_loss(x, jnp.ones(x.shape[0])),
    ),
    _case(
        fl.ppo_clip_loss,
        _ratio,
        STEPS,
        SOME_STEPS,
        rlax=lambda x, old, gain: rlax.clipped_surrogate_pg_loss(
            jnp.exp(x - old), gain, 0.2
        ),
        **{BY_HAND: _ratio_by_hand},
    ),
    _case(fl.grpo_loss, _tokens, (1024, 1024), SOME_ROWS, **{BY_HAND: _grpo}),
    _case(
        fl.grpo_loss,
        _tokens,
        (1024, 1024),
        SOME_ROWS,
        options={"level": "sequence"},
        **{BY_HAND: _gspo},
    ),
    _case(
        fl.ppo_value_loss,
        _ratio,
        STEPS,
        SOME_STEPS,
        **{BY_HAND: _value},
    ),
    _case(
        fl.sampled_kl_loss,
        _log_probabilities,
        STEPS,
        SOME_STEPS,
        **{BY_HAND: _k3},
    ),
    _case(
        fl.dpg_loss,
        rows(2),
        ROWS,
        SOME_ROWS,
        rlax=lambda x, gradient: jax.vmap(rlax.dpg_loss)(x, gradient).sum(-1).mean(),
    ),
    # Not qpg_loss: its value is 0 but for rounding, which nobody shares.
    _case(fl.rm_loss, rows(2), ROWS, SOME_ROWS, rlax=rlax.rm_loss),
    _case(fl.rpg_loss, rows(2), ROWS, SOME_ROWS, rlax=rlax.rpg_loss),
]
