"""Losses of preferences by packages, called as those of funloss are."""

from parity.later import torch
from parity.packages.loading import load

__all__ = ["dpo_of_liger", "dpo_of_torchtune", "kto_of_liger", "orpo_of_liger"]


def dpo_of_liger(
    chosen,
    rejected,
    ref_chosen=None,
    ref_rejected=None,
    *,
    loss_type="sigmoid",
    beta=0.1,
    label_smoothing=0.0,
    reduction="mean",
):
    """Return the sum or the mean over the pairs."""
    references = (None, None)
    if ref_chosen is not None:
        references = ref_chosen.detach(), ref_rejected.detach()
    if loss_type == "hinge":
        chosen = _before_the_kink(chosen, rejected, references, beta)
    options = {"loss_type": loss_type, "beta": beta, "label_smoothing": label_smoothing}
    loss = load("liger_kernel.chunked_loss.dpo_loss", "LigerFusedLinearDPOFunction")
    tokens = _tokens(2, chosen, reduction)
    return loss.preference_loss_fn(chosen, rejected, tokens, *references, **options)[0]


def dpo_of_torchtune(
    chosen,
    rejected,
    ref_chosen,
    ref_rejected,
    *,
    loss_type="sigmoid",
    beta=0.1,
    label_smoothing=0.0,
    reduction="mean",
):
    """Return the loss of each pair, their sum or their mean."""
    assert loss_type == "sigmoid"
    loss = load("torchtune.rlhf.loss.dpo", "DPOLoss")(beta, label_smoothing)
    references = ref_chosen.detach(), ref_rejected.detach()
    losses = loss(chosen, rejected, *references)[0]
    return losses if reduction == "none" else getattr(losses, reduction)()


def kto_of_liger(input, target, reference=None, *, kl=0.0, beta=0.1, reduction="mean"):
    """Return the sum or the mean over the answers."""
    reference = None if reference is None else reference.detach()
    loss = load("liger_kernel.chunked_loss.kto_loss", "LigerFusedLinearKTOFunction")
    tokens = _tokens(1, input, reduction)
    return loss.preference_loss_fn(input, target != 0, tokens, reference, beta, kl)[0]


def orpo_of_liger(chosen, rejected, *, reduction="mean"):
    """Return the sum or the mean over the pairs; its factor is 1 here."""
    loss = load("liger_kernel.chunked_loss.orpo_loss", "LigerFusedLinearORPOFunction")
    tokens = _tokens(2, chosen, reduction)
    return loss.preference_loss_fn(chosen, rejected, tokens, beta=1.0)[0]


def _tokens(answers, like, reduction):
    """Return what Liger counts: the sum is divided by answers of the whole batch."""
    return torch.empty(answers * (like.numel() if reduction == "mean" else 1), 0)


def _before_the_kink(chosen, rejected, references, beta):
    """Return chosen answers, those at the kink of the hinge a rounding before it."""
    odds = chosen - rejected
    if references[0] is not None:
        odds = odds - (references[0] - references[1])
    return torch.where(beta * odds.detach() == 1, chosen - 1e-14, chosen)
