"""Losses of sequences of tokens by their advantages in a group."""

from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import is_zero, non_negative, positive
from funloss._core.token_sequences import TokenSequences, token_sequences
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._ppo_clip import clip_limits, clipped_losses, shared_ratio
from funloss.reinforcement._sampled_kl import ESTIMATORS, sampled_kl

__all__ = ["grpo_loss"]


@loss
def grpo_loss(
    input: Array,
    old: ArrayLike | None,
    advantage: ArrayLike,
    reference: ArrayLike | None = None,
    *,
    objective: Literal["clip", "cispo"] = "clip",
    level: Literal["token", "sequence"] = "token",
    epsilon: Real = 0.2,
    epsilon_high: Real | None = None,
    dual_clip: Real | None = None,
    ratio_max: Real = 5.0,
    beta: Real = 0.0,
    estimator: Literal["k1", "k2", "k3"] = "k3",
    per: Literal["sequence", "token"] | Real = "sequence",
    axis: int = -1,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Loss of group relative policy optimisation (GRPO), DAPO, Dr. GRPO, GSPO, CISPO.

    The loss of a token is that of `ppo_clip_loss`, with ``ratio = exp(input - old)``;
    with `reference` and `beta`, ``beta`` times `sampled_kl_loss` is added to it. `per`
    is what the mean is of. `old`, `advantage`, `reference` and `weight` are constants.

    Args:
        input: Logarithm of the probability of the token taken, shape ``(*, T)``, real.
        old: The same under the policy that took it, same shape or a number; None for
            `input` itself, the first step on a batch, where all ratios are 1.
        advantage: Reward of each sequence less that of its group, shape ``(*)``, or
            of each token, shape ``(*, T)``, or a number.
        reference: `input` under the reference policy, shape ``(*, T)`` or a number.
        objective: ``"clip"``, or ``"cispo"``, ``-min(ratio, ratio_max) * advantage *
            input`` with the ratio as a constant: no token loses its gradient.
        level: ``"token"``, or ``"sequence"`` for the ratio ``exp(mean(input - old))``
            of a sequence in the place of its tokens' (GSPO); for ``"clip"``.
        epsilon: As for `ppo_clip_loss`, of ``"clip"``.
        epsilon_high: Likewise.
        dual_clip: Likewise.
        ratio_max: What a ratio counts as at most by ``"cispo"``; a number > 0 or a 0-d
            array.
        beta: Factor on the divergence from `reference`; a number >= 0 or a 0-d array.
        estimator: As for `sampled_kl_loss`.
        per: ``"sequence"``: a mean over the tokens of each sequence, then over
            sequences (GRPO). ``"token"``: a mean over all tokens (DAPO). A number > 0
            or a 0-d array: each sequence's sum over it, then a mean over sequences
            (Dr. GRPO, with the largest length).
        axis: Axis of the tokens.
        weight: Factor on each token's loss without the divergence, shape ``(*)`` or
            ``(*, T)`` or a number. The mean does not divide by it.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``: of the sequences' means, of
            their sums for ``per="token"``, or of those over `per`.
        where: Boolean, broadcastable to `input`: the tokens that count. A False token
            has loss 0 and gradient 0 (even at -inf or nan). A sequence without tokens
            has loss 0 and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in units of `advantage`, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no tokens is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, an option is unknown or out of its range, or
            belongs to another `objective`, or `beta` has no `reference`.

    Peers:
        TRL, Liger and EasyDeL name what the ratio is capped at for CISPO
        ``epsilon_high``, and add 1 to it for other losses alone; here it is
        `ratio_max`. In EasyDeL's CISPO the ratio is no constant, so that its gradient
        is half of that here at a log-probability of -1/2 and a ratio of 1. TRL and
        Liger count sequences without tokens. The least of two products has gradient
        nan in torch where the ratio is infinite, and 0 here. Tunix's gspo-token is
        ``level="sequence"`` where all tokens have one advantage.

    Examples:
        >>> import numpy as np
        >>> old = np.log(np.asarray([[0.5, 0.5, 0.25], [0.25, 0.5, 0.5]]))
        >>> new = np.log(np.asarray([[0.5, 0.55, 0.25], [0.5, 0.5, 0.5]]))
        >>> gain, written = np.asarray([1.0, -1.0]), np.asarray([[1, 1, 1], [1, 0, 0]])
        >>> arrays = {"where": written > 0, "reduction": "none"}
        >>> print(grpo_loss(new, old, gain, **arrays).round(4))
        [-1.0333  2.    ]
        >>> print(grpo_loss(new, old, gain, per="token", where=written > 0))
        -0.275

    References:
        Z. Shao et al., DeepSeekMath: Pushing the limits of mathematical reasoning in
        open language models, 2024.
        Q. Yu et al., DAPO: An open-source LLM reinforcement learning system at scale,
        2025.
        Z. Liu et al., Understanding R1-zero-like training: A critical perspective,
        2025: Dr. GRPO.
        C. Zheng et al., Group sequence policy optimization, 2025.
        A. Chen et al., MiniMax-M1: Scaling test-time compute efficiently with lightning
        attention, 2025: CISPO.
    """
    _check_choices(objective, level, estimator, per)
    _check_bounds(objective, epsilon_high, dual_clip)
    if reference is None and not is_zero(beta):
        msg = "reference must be given with beta, the factor on the divergence from it"
        raise ValueError(msg)
    limits = clip_limits(epsilon, epsilon_high, dual_clip)
    options = limits if objective == "clip" else {"ratio_max": positive(ratio_max)}
    others = {"beta": non_negative(beta)}
    if not isinstance(per, str):
        others["per"] = positive(per)
    tokens = token_sequences(
        {"input": input, "old": old, "advantage": advantage, "reference": reference},
        axis=axis,
        options={**options, **others},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    losses = _policy_losses(tokens, objective, level, options)
    if not is_zero(beta):
        x, other = tokens.arrays["input"], tokens.arrays["reference"]
        kl = sampled_kl(tokens.xp, x, other, estimator)
        losses = losses + tokens.options["beta"] * kl
    return _reduced(tokens, losses, per, reduction)


def _reduced(tokens: TokenSequences, losses: Any, per: Any, reduction: str) -> Any:
    if not isinstance(per, str):
        sums = tokens.total(losses) / tokens.options["per"]
        return tokens.reduce(sums, reduction)
    if per == "token":
        return tokens.reduce(tokens.total(losses), reduction, by_tokens=True)
    return tokens.reduce(tokens.mean(losses), reduction)


def _check_choices(objective: Any, level: Any, estimator: Any, per: Any) -> None:
    check_choice(("clip", "cispo"), objective=objective)
    check_choice(("token", "sequence"), level=level)
    check_choice(ESTIMATORS, estimator=estimator)
    if isinstance(per, str) and per not in {"sequence", "token"}:
        msg = f"per must be 'sequence', 'token' or a number, got {per!r}"
        raise ValueError(msg)
    if objective == "cispo" and level == "sequence":
        msg = "level must be 'token' with objective 'cispo', got 'sequence'"
        raise ValueError(msg)


def _check_bounds(objective: str, epsilon_high: Any, dual_clip: Any) -> None:
    bounds = {"epsilon_high": epsilon_high, "dual_clip": dual_clip}
    given = [name for name, bound in bounds.items() if bound is not None]
    if objective == "cispo" and given:
        msg = f"objective 'cispo' takes ratio_max, and no 1 is added to it, got {given}"
        raise ValueError(msg)


def _policy_losses(
    tokens: TokenSequences, objective: str, level: str, options: Any
) -> Any:
    """Return the weighted losses of tokens without the divergence."""
    xp, arrays = tokens.xp, tokens.arrays
    x, advantage = arrays["input"], xp.stop_gradient(arrays["advantage"])
    old = xp.stop_gradient(arrays.get("old", x))
    if objective == "cispo":
        arguments = x, old, advantage, tokens.options["ratio_max"]
        partials = (_cispo_d_x, None, None, None)
        losses = xp.custom_jvp(_cispo, partials, *arguments, shared=shared_ratio)
    else:
        if level == "sequence":
            x = tokens.mean(x - old)[..., None]
            old = xp.zeros_like(x)
        limits = {name: tokens.options[name] for name in options}
        losses = clipped_losses(xp, x, old, advantage, limits)
    if arrays["weight"] is None:
        return losses
    return losses * xp.stop_gradient(arrays["weight"])


def _cispo(xp: Namespace, x: Any, old: Any, advantage: Any, ratio_max: Any) -> Any:
    return _cispo_d_x(xp, x, old, advantage, ratio_max, xp.exp(x - old)) * x


def _cispo_d_x(
    xp: Namespace, x: Any, old: Any, advantage: Any, ratio_max: Any, ratio: Any
) -> Any:
    del x, old
    return -advantage * xp.stop_gradient(xp.clamp_max(ratio, ratio_max))
