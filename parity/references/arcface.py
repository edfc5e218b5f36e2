"""The ArcFace loss written out, by the angle of each row and its label's vector."""

import math

from parity.later import functional as F
from parity.later import torch
from parity.references.ntxent import unit

__all__ = ["arcface"]


def arcface(
    input,
    linear_weight,
    target,
    *,
    margin=0.5,
    cosine_margin=0.0,
    scale=64.0,
    weight=None,
    ignore_index=-100,
    label_smoothing=0.0,
    where=None,
    reduction="mean",
):
    """Return the cross-entropy of cosines, that of the label at a wider angle.

    The gradient of a row that points as its label does, or away from it, is nan.
    """
    if where is not None:
        target = torch.where(where, target, ignore_index)
    x = torch.where((target != ignore_index)[..., None], input, 0)
    centres = linear_weight if linear_weight.ndim == 3 else linear_weight[:, None]
    cosines = torch.einsum("...d,ckd->...ck", unit(x), unit(centres)).amax(-1)
    labels = torch.where(target == ignore_index, 0, target)
    own = cosines.gather(-1, labels[..., None])
    angle = torch.acos(own)
    margin = torch.as_tensor(margin, dtype=torch.float64)
    beyond = own - margin * torch.sin(margin)
    wider = torch.where(angle <= math.pi - margin, torch.cos(angle + margin), beyond)
    # Without a margin there is no angle to be sure of.
    wider = torch.where(margin == 0, own, wider) - cosine_margin
    is_label = torch.arange(cosines.shape[-1]) == labels[..., None]
    scores = scale * torch.where(is_label, wider, cosines)
    return F.cross_entropy(
        scores.movedim(-1, 1) if scores.ndim > 1 else scores,
        target,
        weight,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )
