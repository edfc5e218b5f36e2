"""The losses in programs that torch compiles: whole, few, and as the losses are."""

import json
import math
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

import funloss as fl
from tests.assertions import assert_close
from tests.table import ROWS
from tests.torch_programs import Counting

ROOT = Path(__file__).parents[1]

# torch's own losses and the focal ones: torch traces the operations of their values and
# of their derivatives. `test_torch_transforms.py` leaves the batch of every row open.
TRACED = {
    "l1_loss", "mse_loss", "huber_loss", "smooth_l1_loss", "poisson_nll_loss",
    "gaussian_nll_loss", "kl_div", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "hinge_embedding_loss", "margin_ranking_loss",
    "soft_margin_loss", "cosine_embedding_loss",
    "pairwise_distance", "triplet_margin_loss", "triplet_margin_with_distance_loss",
    "cross_entropy", "nll_loss", "multi_margin_loss", "multilabel_soft_margin_loss",
    "sigmoid_focal_loss", "softmax_focal_loss",
}  # fmt: skip
# Their operations run as they come, which is cheaper: large ones, one that is part of
# another, and those with a function or two among the options.
UNTRACED = {
    "cosine_similarity", "multilabel_margin_loss", "fenchel_young_loss", "retrace_loss"
}  # fmt: skip


def chosen():
    """Return the rows that are compiled in a fresh process, and how."""
    asked = {}
    for place, row in enumerate(ROWS):
        name = row.loss.__name__
        if name in TRACED and (name not in asked or name == "cross_entropy"):
            asked.setdefault(name, []).append(f"{place}+")
        elif name in UNTRACED:
            asked.setdefault(name, []).append(f"{place}")
    assert asked.keys() == TRACED | UNTRACED
    return [place for places in asked.values() for place in places]


def run(*arguments):
    """Return what a fresh process prints of compiled losses."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.torch_programs", *arguments],
        cwd=ROOT,
        env=os.environ | {"TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS": "0"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def programs():
    return run(*chosen())


@pytest.mark.parametrize("place", chosen())
def test_six_batch_sizes_take_two_whole_programs(place, programs):
    count, got, expected = programs[place.strip("+")]
    assert got == expected
    assert 1 <= count <= 2


def test_inductor_gives_the_same_to_rounding():
    got, expected = run("inductor")
    for one, other in zip(got, expected, strict=True):
        assert_close(torch.tensor(one), torch.tensor(other), rtol=1e-5, atol=1e-6)


@pytest.fixture(autouse=True)
def _forget():
    torch.compiler.reset()


X, T = (
    torch.tensor([[0.5, -1.0], [2.0, 0.25]]),
    torch.tensor([[0.25, 1.0], [0.0, 0.75]]),
)


def test_each_loss_has_a_program_of_its_own():
    def total(loss, x, t):
        return loss(x, t)

    losses = fl.mse_loss, fl.l1_loss, fl.huber_loss, fl.binary_cross_entropy_with_logits
    program = torch.compile(total, fullgraph=True, backend="eager")
    for loss in losses:
        assert_close(program(loss, X, T), loss(X, T))
        whole = torch.compile(loss, fullgraph=True, backend="eager")
        assert_close(whole(X, T), loss(X, T))


def test_options_of_all_kinds():
    def loss(x, t, options):
        return fl.huber_loss(x, t, **options)

    program = torch.compile(loss, fullgraph=True, backend="eager")
    for options in (
        {"reduction": "sum"},
        {"reduction": "none"},
        {"dtype": torch.float64},
        {"dtype": "float64"},
        {"delta": torch.tensor(0.5)},
        {"where": X > 0, "weight": T},
    ):
        got, expected = program(X, T, options), loss(X, T, options)
        assert got.dtype == expected.dtype
        assert_close(got, expected)
    with pytest.raises(Exception, match="reduction must be 'none', 'mean' or 'sum'"):
        program(X, T, {"reduction": "average"})


@pytest.mark.parametrize(
    "loss",
    [
        lambda x, t, number: fl.huber_loss(x, t, delta=number),
        lambda x, t, number: fl.cross_entropy(x, t, label_smoothing=number),
        lambda x, _, number: fl.mse_loss(x, number),
    ],
    ids=["option", "option that may be 0", "target"],
)
def test_numbers_stay_open(loss):
    backend = Counting(derivatives=True)
    program = torch.compile(loss, fullgraph=True, backend=backend)
    for number in (0.5, 0.75, 0.25, 0.875):
        assert_close(program(X, T, number), loss(X, T, number), rtol=1e-6)
    assert backend.programs <= 2


def test_number_out_of_its_range_raises():
    def loss(x, t, delta):
        return fl.huber_loss(x, t, delta=delta)

    program = torch.compile(loss, fullgraph=True, backend="eager")
    program(X, T, 0.5)
    program(X, T, 0.75)
    with pytest.raises(Exception, match="delta must be > 0"):
        program(X, T, -1.5)


def test_bad_label_is_nan_in_value_and_gradient():
    scores, labels = X.clone().requires_grad_(), torch.tensor([1, 2])
    program = torch.compile(fl.cross_entropy, fullgraph=True, backend="aot_eager")
    value = program(scores, labels)
    assert math.isnan(value.detach())
    (derivative,) = torch.autograd.grad(value, scores)
    assert derivative[1].isnan().all()


# torch scripts its own rules when forward mode first runs; until it does so no more.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is:DeprecationWarning")
@pytest.mark.parametrize(
    ("loss", "derivative", "curvature"),
    [(fl.l1_loss, [0, 0.5], [0, 0]), (fl.huber_loss, [0, 0.5], [0.5, 0])],
)
def test_corners(loss, derivative, curvature):
    """At an exact fit, and at the corner of `huber_loss`."""
    x, t = torch.tensor([0.0, 1.0]), torch.zeros(2)

    def gradient(x):
        return torch.func.grad(loss)(x, t)

    def pushed(x):
        return torch.func.jvp(gradient, (x,), (torch.ones(2),))

    program = torch.compile(pushed, fullgraph=True, backend="aot_eager")
    for one, other in zip(program(x), (derivative, curvature), strict=True):
        assert one.tolist() == other


def measured(x, y):
    return torch.sum(torch.square(x - y), -1)


@pytest.mark.parametrize(
    "distance",
    [
        measured,
        fl.cosine_distance,
        partial(fl.pairwise_distance, p=1.0),
        torch.nn.PairwiseDistance(),
    ],
    ids=["function", "loss", "partial", "module"],
)
def test_functions_among_options(distance):
    def total(a, p, n):
        loss = fl.triplet_margin_with_distance_loss
        return loss(a, p, n, distance_function=distance)

    program = torch.compile(total, fullgraph=True, backend="eager")
    assert_close(program(X, T, -X), total(X, T, -X))


def test_function_of_variables_is_refused():
    # Its code alone would not tell it from one of other variables.
    def total(scale):
        loss = fl.triplet_margin_with_distance_loss
        return loss(X, T, -X, distance_function=lambda x, y: scale * measured(x, y))

    program = torch.compile(total, fullgraph=True, backend="eager")
    with pytest.raises(Exception, match=r"must not refer to variables|closure cell"):
        program(torch.tensor(2.0))
