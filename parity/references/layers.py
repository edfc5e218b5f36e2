"""Losses that hold a layer's parameters, on torch's function and module for them."""

from parity.later import functional as F
from parity.later import torch
from parity.references.options import cross_entropy_with_z_loss


def linear_cross_entropy(
    input, linear_weight, target, *, chunk_size=None, ignore_index=None, **options
):
    """Return torch's loss; how it is computed must not show."""
    return F.linear_cross_entropy(
        input, linear_weight, target, ignore_index=ignore_index, **options
    )


def linear_cross_entropy_with_z_loss(
    input, linear_weight, target, *, linear_bias=None, chunk_size=None, **options
):
    """Return the loss of all scores at once."""
    scores = F.linear(input, linear_weight, linear_bias)
    return cross_entropy_with_z_loss(scores, target, **options)


def linear_cross_entropy_of_rows(input, linear_weight, target, **options):
    """Return torch's loss with all axes but the last for rows."""
    losses = linear_cross_entropy(
        input.flatten(0, -2), linear_weight, target.flatten(), **options
    )
    return losses.reshape(target.shape) if losses.ndim else losses


def linear_cross_entropy_where(
    input, linear_weight, target, *, where, reduction="mean", **options
):
    """Return torch's loss of the kept rows, and 0 for the others."""
    losses = linear_cross_entropy(
        input[where], linear_weight, target[where], reduction=reduction, **options
    )
    if reduction != "none":
        return losses
    return losses.new_zeros(where.shape).index_put((where,), losses)


def adaptive_log_softmax_with_loss(
    input, target, head_weight, tail_weights, *, cutoffs, head_bias=None
):
    """Return the output and the loss of torch's module with these parameters."""
    module = torch.nn.AdaptiveLogSoftmaxWithLoss(
        input.shape[-1],
        cutoffs[-1] + tail_weights[-1][1].shape[0],
        cutoffs,
        div_value=1.0,
        head_bias=head_bias is not None,
    )
    parameters = {"head.weight": head_weight}
    if head_bias is not None:
        parameters["head.bias"] = head_bias
    for number, (projection, output) in enumerate(tail_weights):
        parameters[f"tail.{number}.0.weight"] = projection
        parameters[f"tail.{number}.1.weight"] = output
    return tuple(torch.func.functional_call(module, parameters, (input, target)))
