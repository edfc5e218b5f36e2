"""Losses of distributions by packages, called as those of funloss are."""

import math

from parity.later import torch
from parity.packages.loading import load

__all__ = [
    "distillation_of_liger",
    "distillation_of_torchmetrics",
    "distillation_of_torchtune",
    "linear_distillation_of_liger",
    "mmd_of_geomloss",
]


def distillation_of_liger(
    input, target, *, beta=0.0, temperature=1.0, reduction="mean"
):
    """Return the sum over the rows, or its share of each."""
    loss = load("liger_kernel.chunked_loss.jsd_loss", "LigerFusedLinearJSDFunction")
    scores = (x / temperature for x in (input, target))
    total = loss.distillation_loss_fn(*scores, beta=beta)
    return total / len(input) if reduction == "mean" else total


def distillation_of_torchtune(input, target, *, beta, reduction="mean"):
    """Return the mean over the rows; forward without the teacher's entropy, added."""
    assert reduction == "mean"
    name = {0.0: "ForwardKLLoss", 1.0: "ReverseKLLoss"}[beta]
    labels = torch.zeros(len(input), dtype=torch.int64)
    value = load("torchtune.modules.loss.kd_losses", name)()(input, target, labels)
    if beta == 1:
        return value
    log_q = torch.log_softmax(target, -1)
    return value + (log_q.exp() * log_q).sum(-1).mean()


def distillation_of_torchmetrics(input, target, *, beta, reduction="mean"):
    """Return the Jensen-Shannon divergence of the two softmaxes."""
    assert beta == 0.5
    module = "torchmetrics.functional.regression.js_divergence"
    # Of logarithms it takes that of 2 in float32.
    p, q = (torch.softmax(x, -1) for x in (input, target))
    return load(module, "jensen_shannon_divergence")(p, q, reduction=reduction)


def linear_distillation_of_liger(
    input,
    linear_weight,
    teacher_input,
    teacher_weight,
    *,
    linear_bias,
    teacher_bias,
    beta=0.0,
    temperature=1.0,
    chunk_size=1024,
    reduction="mean",
):
    """Return the mean over the rows, without the loss of labels."""
    assert reduction == "mean"
    loss = load("liger_kernel.chunked_loss.jsd_loss", "LigerFusedLinearJSDFunction")
    labels = torch.zeros(len(input), dtype=torch.int64)
    layers = input, linear_weight, teacher_input, teacher_weight
    biases, shares, options = (linear_bias, teacher_bias), (0.0, 1.0), (beta, -100)
    rest = temperature, False, chunk_size
    return loss.apply(*layers, labels, *biases, *shares, *options, *rest)


def mmd_of_geomloss(input, target, *, kernel="gaussian", bandwidth=1.0):
    """Return twice the loss, half the square of a norm; a row is at 0 from itself."""
    loss = load("geomloss", "SamplesLoss")
    half = loss(kernel, blur=bandwidth, backend="tensorized")(input, target)
    lost = {"gaussian": 0.0, "laplacian": -math.expm1(-1e-4), "energy": 1e-4}[kernel]
    return 2 * half + lost * (1 / len(input) + 1 / len(target))
