"""Contrastive losses of packages, called as those of funloss are."""

from parity.packages.loading import load

__all__ = [
    "barlow_twins_of_lightly",
    "dcl_of_lightly",
    "info_nce_of_package",
    "koleo_of_lightly",
    "multi_similarity_of_pml",
    "ntxent_of_lightly",
    "ntxent_of_pml",
    "supcon_of_pml",
    "vicreg_of_lightly",
]


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


def dcl_of_lightly(input, target, *, temperature, decoupled):
    """Return decoupled NT-Xent of two views, of labels 0, 1, ... and 0, 1, ..."""
    half = len(input) // 2
    assert decoupled
    assert target.tolist() == 2 * [*range(half)]
    loss = load("lightly.loss.dcl_loss", "DCLLoss")
    return loss(temperature)(input[:half], input[half:])


def info_nce_of_package(
    input, target, negatives=None, *, temperature=0.07, in_batch=True, reduction="mean"
):
    """Return InfoNCE: with `negatives`, without those in the batch."""
    assert in_batch == (negatives is None)
    mode = "paired" if negatives is not None and negatives.ndim == 3 else "unpaired"
    loss = load("info_nce", "info_nce")
    return loss(input, target, negatives, temperature, reduction, mode)


def supcon_of_pml(input, target, *, temperature=0.1):
    """Return SupCon, the mean of rows with positives, by pytorch-metric-learning."""
    loss = load("pytorch_metric_learning.losses", "SupConLoss")
    return loss(temperature=temperature)(input, target)


def multi_similarity_of_pml(input, target, *, alpha=2.0, beta=50.0, base=0.5):
    """Return the multi-similarity loss of rows, by pytorch-metric-learning."""
    loss = load("pytorch_metric_learning.losses", "MultiSimilarityLoss")
    return loss(alpha, beta, base)(input, target)


def barlow_twins_of_lightly(input, target, *, redundancy_weight=0.005):
    """Return the Barlow Twins loss of two views, whose epsilon is 1e-5."""
    loss = load("lightly.loss.barlow_twins_loss", "BarlowTwinsLoss")
    return loss(redundancy_weight)(input, target)


def vicreg_of_lightly(
    input, target, *, invariance=25.0, variance=25.0, covariance=1.0, eps=1e-4
):
    """Return the VICReg loss of two views."""
    loss = load("lightly.loss.vicreg_loss", "VICRegLoss")
    return loss(invariance, variance, covariance, eps=eps)(input, target)


def koleo_of_lightly(input, *, eps=1e-8):
    """Return KoLeo by lightly."""
    return load("lightly.loss.koleo_loss", "KoLeoLoss")(eps=eps)(input)
