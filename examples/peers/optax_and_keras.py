"""Verify losses of optax and Keras: which equal torch's, and which do not, and where.

The inputs are what one would try on any loss: random numbers, points exactly on
corners, very small and very large ones, labels that are no class, rows without a pair.
Prints a table, and below it a program for each difference that shows it.

`python examples/verify_peers.py` runs it; it needs the extra `dev`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
import optax
import torch
from keras import losses
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from torch.nn import functional as F

from funloss.testing import (
    Report,
    adapt,
    check_gradients,
    check_labels,
    check_parity,
)

random = np.random.default_rng(0)

NUMBERS = np.asarray([0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 1e-4, -1e-2, 30.0, -80.0])
ERRORS = {"input": NUMBERS, "target": np.zeros(10)}
TRUTHS = np.tile([0.0, 1.0, 0.25, 1.0, 0.0], 2)
SIGNS = np.where(TRUTHS > 0, 1.0, -1.0)
SCORES = random.standard_normal((6, 4)) * np.asarray([1, 1, 1, 1, 30, 100])[:, None]
LABELS = np.asarray([0, 1, 2, 3, 2, 1])
BY_CLASS = {"input": SCORES, "target": LABELS}
KEPT = random.random((6, 4)) < 0.6
KEPT[np.arange(6), LABELS - 1] = True
WEIGHTS = random.dirichlet(np.ones(4), 6)
WEIGHTS[0] = [1, 0, 0, 0]
PROBABILITIES = np.asarray([[1e-9, 0.25, 0.75], [0.5, 0.25, 0.25], [0.125, 0.375, 0.5]])
ROWS = random.standard_normal((3, 5, 4))
SEQUENCES = {
    "scores": random.standard_normal((3, 5, 4)),
    "padded": np.zeros((3, 5)),
    "labels": np.asarray([[1, 2], [2, 2], [1, 1]]),
    "absent": np.asarray([[0.0, 0], [0, 0], [0, 1]]),
}


def log_cosh(input, target):
    """Charge the logarithm of the hyperbolic cosine, exactly near 0 too."""
    return torch.log1p(torch.sinh(input - target) ** 2) / 2


def half_squared(input, target):
    """Charge half the squared error."""
    return (input - target) ** 2 / 2


def hinge(input, target):
    """Charge what the margin lacks to 1."""
    return torch.clamp(1 - target * input, min=0)


def cross_entropy_within(input, target, where):
    """Give classes outside the mask the probability 0."""
    outside = torch.full_like(input, -torch.inf)
    return F.cross_entropy(torch.where(where, input, outside), target, reduction="none")


def kl_div(input, target):
    """Add up over the classes; `input` holds log-probabilities."""
    return F.kl_div(input, target, reduction="none").sum(-1)


def kl_div_of_probabilities(input, target):
    """Take probabilities, as Keras does."""
    return kl_div(input.log(), target)


def cross_entropy_of_probabilities(input, target):
    """Charge minus the expected log-probability."""
    return -(target * input.log()).sum(-1)


def tversky(input, target, alpha, beta):
    """Weigh false positives by `alpha` and false negatives by `beta`, as documented."""
    hit = (input * target).sum()
    excess, lack = (input * (1 - target)).sum(), ((1 - input) * target).sum()
    return 1 - hit / (hit + alpha * excess + beta * lack)


def ctc(scores, padded, labels, absent):
    """Take lengths from paddings, as optax does."""
    frames, ends = ((1 - x).sum(-1).long() for x in (padded, absent))
    log_probs = scores.log_softmax(-1).transpose(0, 1)
    return F.ctc_loss(log_probs, labels, frames, ends, reduction="none")


def in_bfloat16(y_true, y_pred):
    """Ask a loss of Keras, the class, to compute in bfloat16."""
    options = {"from_logits": True, "reduction": None, "dtype": "bfloat16"}
    return losses.SparseCategoricalCrossentropy(**options)(y_true, y_pred)


def each(loss: Callable, **rename: str) -> Callable:
    """Return a torch loss without its reduction."""
    return adapt(loss, rename=rename, bind={"reduction": "none"})


def last(loss: Callable) -> Callable:
    """Return a torch loss as Keras reduces: to the mean of each row."""
    return lambda *arrays, **options: each(loss)(*arrays, **options).mean(-1)


compare = partial(check_parity, transforms=["jit"])


def on_keras(
    loss: Callable, reference: Callable, inputs: Mapping, **options: object
) -> Report:
    """Compare in float32, the only dtype that Keras computes in by default."""
    bind = options.pop("bind", {})
    named = adapt(loss, names=("y_pred", "y_true"), bind=bind)
    return compare(
        named, reference, inputs, library="keras", dtypes=["float32"], **options
    )


def optax_reports() -> Iterator[tuple[str, Report]]:
    """Yield what was asked of optax, and the report."""
    square, cross_entropy = F.mse_loss, F.cross_entropy
    integer = optax.softmax_cross_entropy_with_integer_labels
    logits = {"input": NUMBERS, "target": TRUTHS}
    distances = {"norm_degree": [1, 1.5, 2, 3]}
    triplets = dict(zip(("anchor", "positive", "negative"), ROWS, strict=True))
    vectors = {"input": ROWS[0] * np.arange(5)[:, None], "target": ROWS[1]}
    unused = SEQUENCES | {"scores": SEQUENCES["scores"].copy()}
    unused["scores"][0, 1, 3] = -np.inf

    yield "values", compare(optax.squared_error, each(square), ERRORS)
    yield "values", compare(optax.l2_loss, half_squared, ERRORS)
    yield (
        "delta",
        compare(
            optax.huber_loss, each(F.huber_loss), ERRORS, options={"delta": [0.5, 1.0]}
        ),
    )
    yield "small errors", compare(optax.log_cosh, log_cosh, ERRORS)
    yield "kink", compare(optax.hinge_loss, hinge, {"input": NUMBERS, "target": SIGNS})
    yield (
        "logits",
        compare(
            optax.sigmoid_binary_cross_entropy,
            each(F.binary_cross_entropy_with_logits),
            logits,
        ),
    )
    yield (
        "weights",
        compare(
            optax.softmax_cross_entropy,
            each(cross_entropy),
            {"input": SCORES, "target": WEIGHTS},
        ),
    )
    yield "labels", compare(integer, each(cross_entropy), BY_CLASS)
    yield "no class", check_labels(integer, BY_CLASS, axis=-1)
    yield (
        "where",
        compare(
            adapt(integer, names=("logits", "labels", "where")),
            cross_entropy_within,
            BY_CLASS | {"where": KEPT},
        ),
    )
    yield (
        "zeros",
        compare(
            optax.kl_divergence,
            kl_div,
            {"input": np.log(WEIGHTS[::-1].clip(1e-3)), "target": WEIGHTS},
        ),
    )
    yield (
        "norms",
        compare(
            optax.losses.triplet_margin_loss,
            each(F.triplet_margin_loss, norm_degree="p"),
            triplets,
            options=distances,
        ),
    )
    yield (
        "zero vector",
        compare(
            optax.cosine_similarity,
            adapt(F.cosine_similarity, bind={"dim": -1}),
            vectors,
        ),
    )
    embeddings = {"input": ROWS[0, :4], "labels": np.asarray([0, 0, 1, 1])}
    yield "pairs", check_gradients(optax.losses.ntxent, embeddings, order=1)
    alone = embeddings | {"labels": np.arange(4)}
    yield "no pairs", check_gradients(optax.losses.ntxent, alone, order=1)
    null = embeddings | {"input": ROWS[0, :4] * np.arange(4)[:, None]}
    yield "zero vector", check_gradients(optax.losses.ntxent, null, order=1)
    yield "sequences", compare(optax.ctc_loss, ctc, SEQUENCES)
    yield "-inf on an unused class", compare(optax.ctc_loss, ctc, unused)
    yield "no class", check_labels(optax.ctc_loss, SEQUENCES, labels="labels", axis=-1)


def keras_reports() -> Iterator[tuple[str, Report]]:
    """Yield what was asked of Keras, and the report."""
    errors = {name: array[:, None] for name, array in ERRORS.items()}
    logits = {"input": NUMBERS[:, None], "target": TRUTHS[:, None]}
    classes = {"input": PROBABILITIES, "target": np.eye(3)}
    chances = {name: array.reshape(9, 1) for name, array in classes.items()}
    many = {
        "input": random.integers(-4, 5, (8, 512)) / 2,
        "target": random.integers(0, 512, 8),
    }
    overlap = {"input": random.random(8), "target": (np.arange(8) % 3 > 0) * 1.0}
    scores, named = {"from_logits": True}, {"names": ("y_pred", "y_true")}
    sparse = losses.sparse_categorical_crossentropy

    yield "values", on_keras(losses.mean_squared_error, last(F.mse_loss), errors)
    yield "exact fit", on_keras(losses.mean_absolute_error, last(F.l1_loss), errors)
    yield (
        "delta",
        on_keras(
            losses.huber, last(F.huber_loss), errors, options={"delta": [0.5, 1.0]}
        ),
    )
    yield (
        "logits",
        on_keras(
            losses.binary_crossentropy,
            last(F.binary_cross_entropy_with_logits),
            logits,
            bind=scores,
        ),
    )
    yield (
        "small probabilities",
        on_keras(losses.binary_crossentropy, last(F.binary_cross_entropy), chances),
    )
    yield (
        "small probabilities",
        on_keras(
            losses.categorical_crossentropy, cross_entropy_of_probabilities, classes
        ),
    )
    yield (
        "small probabilities",
        on_keras(
            losses.kl_divergence,
            kl_div_of_probabilities,
            classes | {"target": PROBABILITIES[::-1]},
        ),
    )
    yield "labels", on_keras(sparse, each(F.cross_entropy), BY_CLASS, bind=scores)
    yield (
        "no class",
        check_labels(
            adapt(sparse, **named, bind=scores), BY_CLASS, axis=-1, library="keras"
        ),
    )
    yield (
        "512 classes in bfloat16",
        compare(
            adapt(in_bfloat16, **named),
            each(F.cross_entropy),
            many,
            library="keras",
            dtypes=["bfloat16"],
        ),
    )
    yield (
        "alpha and beta",
        on_keras(
            losses.tversky,
            tversky,
            overlap,
            options={"alpha": [0.5, 1.0], "beta": [0.5, 0.25]},
        ),
    )


def worst(report: Report):
    """Return the failure with the largest error, of a value if there is one."""
    values = [check for check in report.failures if check.quantity == "value"]
    return max(values or report.failures, key=lambda check: check.ulps)


def main() -> dict[str, list[str]]:
    """Print all reports; return what was asked where something differs, by loss."""
    table = Table("loss", "asked about", "verdict", "the worst of it")
    found, programs = {}, []
    for asked, report in (*optax_reports(), *keras_reports()):
        name = report.checks[0].loss
        if report.passed:
            table.add_row(name, asked, "[green]right", f"{len(report.checks)} checks")
            continue
        check = worst(report)
        words = f"{check.quantity}: {check.fault}"
        found.setdefault(name, []).append(asked)
        table.add_row(name, asked, "[red]differs", escape(words))
        programs.append(f"# {name}, {asked}; {words}\n{check.code}")
    Console().print(table)
    print("\n".join(programs))
    return found


if __name__ == "__main__":
    main()
