"""Losses of policies by packages, called as those of funloss are."""

from parity.later import torch
from parity.packages.loading import load

__all__ = [
    "grpo_of_liger",
    "ppo_clip_of_liger",
    "ppo_value_of_torchtune",
    "sampled_kl_of_liger",
]

_GRPO = "liger_kernel.chunked_loss.grpo_loss"


def ppo_clip_of_liger(
    input,
    old,
    advantage,
    *,
    epsilon=0.2,
    epsilon_high=None,
    dual_clip=None,
    reduction="mean",
):
    """Return the mean over answers of one token each; it bounds all ratios."""
    assert reduction == "mean"
    loss = load(_GRPO, "LigerFusedLinearGRPOFunction").ppo_loss_fn
    mask = torch.ones_like(input)[:, None]
    return loss(
        input[:, None],
        mask,
        advantage.detach(),
        mask,
        old_per_token_logps=old.detach()[:, None],
        epsilon_low=epsilon,
        epsilon_high=epsilon if epsilon_high is None else epsilon_high,
        delta=dual_clip,
        beta=0.0,
        loss_type="bnpo",
    )[0]


def sampled_kl_of_liger(input, reference, *, estimator, reduction="mean"):
    """Return the third estimate of each token, their sum or their mean."""
    assert estimator == "k3"
    losses = load(_GRPO, "k3_loss_fn")(reference.detach(), input)
    return losses if reduction == "none" else getattr(losses, reduction)()


def ppo_value_of_torchtune(input, old, target, *, epsilon=0.2, reduction="mean"):
    """Return the mean over the steps, of a loss whose policy has no part in it."""
    assert reduction == "mean"
    loss = load("torchtune.rlhf.loss.ppo", "PPOLoss")
    none = torch.zeros_like(input)
    made = loss(value_clip_range=epsilon, value_coeff=1.0)
    return made(none, none, none, old.detach(), input, target.detach())[0]


def grpo_of_liger(
    input,
    old,
    advantage,
    reference=None,
    *,
    objective="clip",
    level="token",
    epsilon=0.2,
    epsilon_high=None,
    dual_clip=None,
    ratio_max=5.0,
    beta=0.0,
    per="sequence",
    weight=None,
    where=None,
):
    """Return the mean; Liger has one for each loss, and calls `ratio_max` otherwise."""
    kinds = {"sequence": "grpo", "token": "dapo"}
    kind = "cispo" if objective == "cispo" else kinds.get(per, "dr_grpo")
    high = epsilon if epsilon_high is None else epsilon_high
    mask = torch.ones_like(input) if where is None else where.to(input.dtype)
    function = load(_GRPO, "LigerFusedLinearGRPOFunction")
    value, _ = function.ppo_loss_fn(
        input,
        mask,
        advantage,
        mask,
        reference,
        old,
        epsilon_low=epsilon,
        epsilon_high=ratio_max if objective == "cispo" else high,
        beta=beta,
        loss_type=kind,
        max_completion_length=None if isinstance(per, str) else per,
        importance_sampling_level=level,
        vllm_is_ratio=weight,
        delta=dual_clip,
    )
    return value
