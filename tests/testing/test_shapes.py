"""`check_shapes` finds what broadcasts in silence."""

import numpy as np
import pytest
from torch.nn import functional as F

import funloss as fl
from funloss.testing import check_shapes
from tests.settings import by_default
from tests.testing import planted

PAIR = {"input": np.asarray([[0.5, 2.0], [1.0, 4.0]]), "target": np.zeros((2, 2))}
ROWS = {"input": np.asarray([0.5, 2.0]), "target": np.zeros(2)}
SCORES = {
    "input": np.asarray([[0.5, 2.0, 1.0], [1.0, 0.0, 3.0]]),
    "target": np.asarray([2, 1]),
    "weight": np.ones(3),
}


@pytest.mark.parametrize("library", ["jax", "torch", "numpy"])
@pytest.mark.parametrize(
    ("loss", "inputs"),
    [
        (fl.l1_loss, PAIR),
        (fl.huber_loss, ROWS),
        (fl.binary_cross_entropy_with_logits, PAIR),
        (fl.cross_entropy, SCORES),
        (fl.nll_loss, SCORES),
    ],
)
def test_no_fault_in_a_loss_that_is_right(loss, inputs, library):
    report = check_shapes(loss, inputs, library=library)
    report.raise_for_failures()
    versions = sum(1 + array.ndim for array in list(inputs.values())[1:])
    assert len(report.checks) == versions


@pytest.mark.parametrize(
    ("inputs", "calls"),
    [
        (ROWS, ["target of shape (1,)", "target of shape (2, 1)"]),
        (PAIR, ["target of shape (2,)", "target of shape (1, 2)"]),
    ],
)
def test_a_silent_broadcast_is_found_and_shown(inputs, calls):
    with by_default():
        report = check_shapes(planted.broadcasts, inputs)
        got, want = planted.reproduced(report.failures[0])
    # Entries of shape (2, 2, 1) broadcast as well.
    assert [c.call for c in report.failures][: len(calls)] == calls
    assert np.isfinite(got)
    assert want == "an exception"


def test_a_warning_is_not_enough():
    report = check_shapes(F.mse_loss, ROWS, library="torch")
    assert {c.call for c in report.failures} >= {"target of shape (2, 1)"}


def test_what_is_allowed_may_broadcast():
    inputs = ROWS | {"weight": np.ones(2)}

    def weighted(input, target, weight):
        return fl.mse_loss(input, target, reduction="none") * weight

    strict = check_shapes(weighted, inputs, library="numpy")
    assert all(check.call.startswith("weight of") for check in strict.failures)
    assert len(strict.failures) == 2
    allowed = check_shapes(weighted, inputs, library="numpy", allowed=["weight"])
    allowed.raise_for_failures()


def test_a_function_that_always_raises_has_failed():
    report = check_shapes(np.linalg.inv, ROWS, library="numpy")
    assert report.failures[0].fault.startswith("raised ")


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"allowed must name inputs, of .* got 'x'"):
        check_shapes(fl.mse_loss, PAIR, allowed=["x"])
    with pytest.raises(ValueError, match="must hold a second array"):
        check_shapes(fl.mse_loss, PAIR, allowed=["target"])
