"""What libraries of language models compute for tokens, in JAX, as in their sources.

A loss a token; what the trainers do with padding and with the mean is not here.
"""

import jax
import jax.numpy as jnp

__all__ = ["LOSSES"]

_log_softmax = jax.nn.log_softmax


def clipped(new, old, gain, epsilon_low=0.2, epsilon_high=0.2, delta=None):
    """Return the clipped surrogate of TRL's and Liger's GRPO and of EasyDeL's PPO."""
    ratio = jnp.exp(new - old)
    bounded = jnp.clip(ratio, 1 - epsilon_low, 1 + epsilon_high)
    if delta is not None:
        ratio = jnp.minimum(ratio, delta)
    return -jnp.minimum(ratio * gain, bounded * gain)


def tunix_ppo(new, old, gain, epsilon=0.2, epsilon_c=3.0):
    """Return the policy losses of Tunix's PPO."""
    ratio = jnp.exp(new - old)
    bounded = jnp.clip(ratio, 1 - epsilon, 1 + epsilon)
    losses = jnp.maximum(-ratio * gain, -bounded * gain)
    return jnp.where(gain < 0, jnp.minimum(-epsilon_c * gain, losses), losses)


def ppo_value(value, old, target, clip_range=0.2):
    """Return the value losses of Tunix's, TRL's and torchtune's PPO."""
    bounded = jnp.clip(value, old - clip_range, old + clip_range)
    return 0.5 * jnp.maximum((value - target) ** 2, (bounded - target) ** 2)


def tunix_kl(new, reference, method="low_var_kl"):
    """Return Tunix's estimates of a divergence."""
    new, reference = new.astype("float32"), jnp.asarray(reference, "float32")
    change = reference - new
    known = {
        "kl": lambda: new - reference,
        "mse_kl": lambda: 0.5 * (new - reference) ** 2,
        "low_var_kl": lambda: jnp.exp(change) - change - 1,
    }
    return known[method]()


def k3(new, reference):
    """Return the estimate of TRL and Liger."""
    return jnp.exp(reference - new) - (reference - new) - 1


def _kl(log_target, log_p):
    return (jnp.exp(log_target) * (log_target - log_p)).sum(-1)


def _log_mixture(log_p, log_q, share):
    return jnp.logaddexp(log_p + jnp.log1p(-share), log_q + jnp.log(share))


def jsd(student, teacher, beta=0.5, temperature=1.0):
    """Return TRL's generalized_jsd_loss and Liger's distillation_loss_fn."""
    log_p, log_q = (_log_softmax(x / temperature) for x in (student, teacher))
    if beta in (0, 1):
        return _kl(log_q, log_p) if beta == 0 else _kl(log_p, log_q)
    log_m = _log_mixture(log_p, log_q, beta)
    return beta * _kl(log_q, log_m) + (1 - beta) * _kl(log_p, log_m)


def easydel_jsd(student, teacher, beta=0.5, temperature=1.0):
    """Return EasyDeL's generalized_jsd_loss: its mixture has the weights swapped."""
    log_p, log_q = (_log_softmax(x / temperature) for x in (student, teacher))
    if beta in (0, 1):
        return _kl(log_p, log_q) if beta == 0 else _kl(log_q, log_p)
    log_m = _log_mixture(log_p, log_q, 1 - beta)
    return beta * _kl(log_q, log_m) + (1 - beta) * _kl(log_p, log_m)


def torchtune_forward_kl(student, teacher):
    """Return torchtune's ForwardKLLoss, without what is impossible for the student."""
    products = jax.nn.softmax(teacher) * _log_softmax(student)
    return -jnp.where(jnp.isinf(student), 0, products).sum(-1)


def torchtune_reverse_kl(student, teacher):
    """Return torchtune's ReverseKLLoss."""
    log_p = _log_softmax(student)
    products = jnp.exp(log_p) * (log_p - _log_softmax(teacher))
    return jnp.where(jnp.isinf(student) | jnp.isinf(teacher), 0, products).sum(-1)


@jax.custom_vjp
def t5x_cross_entropy(logits, targets, z_loss):
    """Return T5X's and MaxText's cross_entropy_with_logits, and its z-loss."""
    log_z = jax.nn.logsumexp(logits, axis=-1, keepdims=True)
    part = z_loss * log_z[..., 0] ** 2
    return part - (targets * (logits - log_z)).sum(-1), part


def _forward(logits, targets, z_loss):
    return t5x_cross_entropy(logits, targets, z_loss), (logits, targets, z_loss)


def _backward(kept, changes):
    # That of the z-loss is left out, and its factor is a constant.
    logits, targets, z_loss = kept
    change, log_z = changes[0][..., None], jax.nn.logsumexp(logits, -1, keepdims=True)
    derivative = (1 + 2 * z_loss * log_z) * jax.nn.softmax(logits) - targets
    of_targets = -change * _log_softmax(logits)
    return change * derivative, of_targets, jnp.zeros_like(z_loss)


t5x_cross_entropy.defvjp(_forward, _backward)


def levanter_cross_entropy(logits, targets, logsumexp_weight=0.0):
    """Return levanter's cross_entropy_and_logsumexp_penalty."""
    log_z = jax.nn.logsumexp(logits, axis=-1)
    losses = (targets * (log_z[..., None] - logits)).sum(-1)
    return losses + logsumexp_weight * log_z**2


@jax.custom_jvp
def _tanh(x):
    # That of XLA is not 1 where a correctly rounded one is.
    power = jnp.exp(-2 * jnp.abs(x))
    return jnp.sign(x) * (1 - power) / (1 + power)


@_tanh.defjvp
def _tanh_jvp(primals, tangents):
    # As Liger's kernel has it.
    value = _tanh(*primals)
    return value, (1 - value * value) * tangents[0]


def liger_cross_entropy(logits, labels, softcap=None, lse_square_scale=0.0):
    """Return Liger's cross-entropy."""
    if softcap is not None:
        logits = softcap * _tanh(logits / softcap)
    log_z = jax.nn.logsumexp(logits, axis=-1)
    own = jnp.take_along_axis(logits, labels[..., None], -1)[..., 0]
    return log_z - own + lse_square_scale * log_z**2


def maxtext_soft_cap(logits, cap):
    """Return MaxText's capped logits."""
    return jnp.tanh(logits / cap) * cap


def liger_grpo(
    new,
    old,
    gain,
    mask,
    loss_type="grpo",
    *,
    epsilon_low=0.2,
    epsilon_high=0.2,
    delta=None,
    level="token",
    max_completion_length=None,
):
    """Return the mean of Liger's GRPO, for `level` its importance_sampling_level."""
    count = jnp.maximum(mask.sum(-1), 1)
    log_ratio, gain = new - old, gain[:, None]
    if level == "sequence":
        log_ratio = ((log_ratio * mask).sum(-1) / count)[:, None]
    if loss_type == "cispo":
        ratio = jnp.minimum(jnp.exp(log_ratio), epsilon_high)
        losses = -jax.lax.stop_gradient(ratio) * gain * new
    else:
        losses = clipped(log_ratio, 0.0, gain, epsilon_low, epsilon_high, delta)
    if loss_type == "grpo":
        return ((losses * mask).sum(-1) / count).mean()
    total = (losses * mask).sum()
    if loss_type == "dr_grpo":
        return total / (len(new) * max_completion_length)
    return total / mask.sum()


def liger_linear_jsd(student, layer, teacher, teacher_layer, beta=0.5):
    """Return the mean of Liger's LigerFusedLinearJSDFunction without labels."""
    return jsd(student @ layer.T, teacher @ teacher_layer.T, beta).mean()


def maxtext_load_balance(scores, chosen):
    """Return MaxText's load_balance_loss, with its weight left out."""
    experts = scores.shape[-1]
    density = jax.nn.one_hot(chosen, experts).sum(2).mean(1)
    probability = jax.nn.softmax(scores).mean(1)
    return (density * probability).mean() * experts**2


LOSSES = {
    "trl": {"clipped": clipped, "kl": k3, "jsd": jsd, "ppo_value": ppo_value},
    "liger": {
        "clipped": clipped,
        "kl": k3,
        "jsd": jsd,
        "cross_entropy": liger_cross_entropy,
        "grpo": liger_grpo,
        "linear_jsd": liger_linear_jsd,
    },
    "tunix": {"ppo": tunix_ppo, "ppo_value": ppo_value, "kl": tunix_kl},
    "easydel": {"clipped": clipped, "jsd": easydel_jsd},
    "maxtext": {
        "cross_entropy": t5x_cross_entropy,
        "soft_cap": maxtext_soft_cap,
        "load_balance": maxtext_load_balance,
    },
    "t5x": {"cross_entropy": t5x_cross_entropy},
    "levanter": {"cross_entropy": levanter_cross_entropy},
    "torchtune": {
        "ppo_value": ppo_value,
        "forward_kl": torchtune_forward_kl,
        "reverse_kl": torchtune_reverse_kl,
    },
}
