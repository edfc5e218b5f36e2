"""Preferences, beside lines of JAX written by hand: no peer has these losses."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from benchmarks.cases.beside import beside

__all__ = ["CASES"]


def _pairs(rng, n):
    """Make log-probabilities of both answers, of the policy and of the reference."""
    return tuple(8 * rng.standard_normal((4, n), np.float32) - 200)


def _answers(rng, n):
    policy, target, reference, _ = _pairs(rng, n)
    return policy, (target > -200).astype(np.float32), reference


def _means(rng, n):
    return tuple(np.log(0.01 + 0.98 * rng.random((2, n), np.float32)))


def _dpo(chosen, rejected, ref_chosen, ref_rejected):
    ratio = (chosen - ref_chosen) - (rejected - ref_rejected)
    return jax.nn.softplus(-0.1 * ratio).mean()


def _kto(x, target, reference):
    return jax.nn.sigmoid(jnp.where(target == 1, -0.1, 0.1) * (x - reference)).mean()


def _orpo(chosen, rejected):
    rests = jnp.log(-jnp.expm1(chosen)) - jnp.log(-jnp.expm1(rejected))
    return jax.nn.softplus(rejected - chosen + rests).mean()


_case = functools.partial(beside, "preference")
LARGE, SMALL = (1 << 20,), (8,)

CASES = [
    _case(fl.dpo_loss, _pairs, LARGE, SMALL, jax=_dpo),
    _case(fl.kto_loss, _answers, LARGE, SMALL, jax=_kto),
    _case(fl.orpo_loss, _means, LARGE, SMALL, jax=_orpo),
]
