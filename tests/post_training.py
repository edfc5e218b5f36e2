"""What libraries of post-training compute, in JAX, as their sources have it.

They have their losses inside of trainers, or fused with the layer before; these are the
formulas alone, of log-probabilities of answers. A loss an answer or a pair; the
trainers take the mean.
"""

import types

import jax
import jax.numpy as jnp

from tests.language_models import LOSSES

__all__ = ["LIBRARIES"]

_log_sigmoid, _sigmoid = jax.nn.log_sigmoid, jax.nn.sigmoid


def _smoothed(delta, beta, s):
    return -_log_sigmoid(beta * delta) * (1 - s) - _log_sigmoid(-beta * delta) * s


def _exo_pair(delta, beta, s):
    chosen = _sigmoid(beta * delta) * (_log_sigmoid(beta * delta) - jnp.log1p(-s))
    return chosen + _sigmoid(-beta * delta) * (_log_sigmoid(-beta * delta) - jnp.log(s))


def _robust(delta, beta, s):
    clean = -(1 - s) * _log_sigmoid(beta * delta)
    return (clean + s * _log_sigmoid(-beta * delta)) / (1 - 2 * s)


def trl_dpo(c, r, a, b, loss_type="sigmoid", beta=0.1, label_smoothing=0.0, tokens=()):
    """Return the losses of TRL's DPOTrainer; `tokens` counts those of both answers."""
    chosen, rejected, s = c - a, r - b, label_smoothing
    delta = chosen - rejected
    good, bad = beta * chosen, beta * rejected
    known = {
        "sigmoid": lambda: _smoothed(delta, beta, s),
        "hinge": lambda: jax.nn.relu(1 - beta * delta),
        "ipo": lambda: (
            (chosen / tokens[0] - rejected / tokens[1] - 1 / (2 * beta)) ** 2
        ),
        "exo_pair": lambda: _exo_pair(delta, beta, s),
        "nca_pair": lambda: (
            -_log_sigmoid(good) - 0.5 * _log_sigmoid(-good) - 0.5 * _log_sigmoid(-bad)
        ),
        "robust": lambda: _robust(delta, beta, s),
        "bco_pair": lambda: -_log_sigmoid(good) - _log_sigmoid(-bad),
        "sppo_hard": lambda: (chosen - 0.5 / beta) ** 2 + (rejected + 0.5 / beta) ** 2,
        "aot": lambda: _smoothed(jnp.sort(c - r) - jnp.sort(a - b), beta, s),
        "aot_unpaired": lambda: _smoothed(
            jnp.sort(chosen) - jnp.sort(rejected), beta, s
        ),
        "apo_zero": lambda: 1 - _sigmoid(good) + _sigmoid(bad),
        "apo_down": lambda: _sigmoid(good) + 1 - _sigmoid(beta * delta),
    }
    return known[loss_type]()


def trl_kto(x, good, a, kl, beta=0.1):
    """Return the losses of TRL's KTOTrainer."""
    kl = jax.lax.stop_gradient(jnp.maximum(kl, 0))
    return jnp.where(
        good, 1 - _sigmoid(beta * (x - a - kl)), 1 - _sigmoid(beta * (kl - (x - a)))
    )


def trl_cpo(c, r, loss_type="sigmoid", beta=0.1, simpo_gamma=0.5):
    """Return the preference term of TRL's CPOTrainer."""
    gamma = simpo_gamma if loss_type == "simpo" else 0.0
    return -_log_sigmoid(beta * (c - r - gamma / beta))


def liger_kto(x, good, a, kl, beta=0.1):
    """Return the losses of Liger's LigerFusedLinearKTOFunction."""
    return 1 - _sigmoid(beta * (x - a - kl) * jnp.where(good, 1, -1))


def _log_odds(c, r):
    return c - r - (jnp.log1p(-jnp.exp(c)) - jnp.log1p(-jnp.exp(r)))


def liger_orpo(c, r, beta=0.1):
    """Return what Liger's and TRL's ORPO take off the cross-entropy."""
    return beta * _log_sigmoid(_log_odds(c, r))


def easydel_orpo(c, r, beta=0.1):
    """Return what EasyDeL's ORPO takes off the cross-entropy."""
    return beta * jnp.log(_sigmoid(_log_odds(c, r)))


def tunix_dpo(c, r, a, b, beta=0.1, label_smoothing=0.0):
    """Return the losses of Tunix's dpo_loss_fn and torchtune's DPOLoss."""
    return _smoothed(c - a - (r - b), beta, label_smoothing)


def torchtune_rso(c, r, a, b, gamma=0.1):
    """Return the losses of torchtune's RSOLoss."""
    return jax.nn.relu(1 - gamma * (c - r - (a - b)))


def maxtext_dpo(c, r, a, b, beta=0.1, label_smoothing=0.0):
    """Return the losses of MaxText's dpo_loss_fn, which multiplies by beta twice."""
    return _smoothed(beta * (c - a - (r - b)), beta, label_smoothing)


LIBRARIES = {
    "trl": types.SimpleNamespace(
        dpo=trl_dpo, kto=trl_kto, cpo=trl_cpo, orpo=liger_orpo
    ),
    "liger": types.SimpleNamespace(dpo=trl_dpo, kto=liger_kto, orpo=liger_orpo),
    "tunix": types.SimpleNamespace(dpo=tunix_dpo),
    "easydel": types.SimpleNamespace(dpo=trl_dpo, orpo=easydel_orpo),
    "maxtext": types.SimpleNamespace(dpo=maxtext_dpo),
    "torchtune": types.SimpleNamespace(dpo=tunix_dpo, rso=torchtune_rso),
}
for library, losses in LOSSES.items():
    vars(LIBRARIES.setdefault(library, types.SimpleNamespace())).update(losses)
