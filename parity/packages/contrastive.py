"""Contrastive losses of packages, called as those of funloss are."""

from parity.packages.loading import load

__all__ = ["ntxent_of_lightly", "ntxent_of_pml"]


def ntxent_of_pml(input, target, *, temperature=0.07):
    """Return NT-Xent of rows with labels, by pytorch-metric-learning."""
    loss = load("pytorch_metric_learning.losses", "NTXentLoss")
    return loss(temperature=temperature)(input, target)


def ntxent_of_lightly(input, target, *, temperature):
    """Return NT-Xent of two views; the labels must be 0, 1, ... and again 0, 1, ..."""
    half = len(input) // 2
    assert target.tolist() == 2 * [*range(half)]
    loss = load("lightly.loss.ntx_ent_loss", "NTXentLoss")
    return loss(temperature)(input[:half], input[half:])
