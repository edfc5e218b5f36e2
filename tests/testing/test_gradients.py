"""`check_gradients` finds wrong derivatives, and none in losses that are right."""

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from funloss.testing import check_gradients
from tests.testing import planted

RNG = np.random.default_rng(3)
PAIR = {"input": RNG.standard_normal((2, 3)), "target": RNG.standard_normal((2, 3))}
CORNER = {"input": np.asarray([0.0, 1.0, -1.0, 0.25]), "target": np.zeros(4)}
SHARES = {"input": RNG.random((2, 3)), "target": RNG.random((2, 3))}
SCORES = {"input": RNG.standard_normal((2, 4)), "target": np.asarray([3, 0])}
EDGES = {"input": np.asarray([0.0, 1.0, 0.5]), "target": np.asarray([1.0, 1.0, 0.0])}
TAILS = {"input": np.asarray([0.0, 1e4, -1e4]), "target": np.asarray([0.0, 1.0, 0.5])}


@pytest.mark.parametrize("library", ["jax", "torch"])
@pytest.mark.parametrize(
    ("loss", "inputs", "wrt", "corners"),
    [
        (fl.l1_loss, PAIR, ("input", "target"), [CORNER]),
        (fl.huber_loss, PAIR, ("input", "target"), [CORNER]),
        (fl.binary_cross_entropy, SHARES, ("input", "target"), []),
        (fl.binary_cross_entropy, SHARES, "input", [EDGES]),
        (fl.binary_cross_entropy_with_logits, SHARES, None, [TAILS]),
        (fl.cross_entropy, SCORES, None, []),
        (fl.nll_loss, SCORES, None, []),
    ],
)
def test_no_fault_in_a_loss_that_is_right(loss, inputs, wrt, corners, library):
    options = {"reduction": ["none"]}
    check_gradients(
        loss, inputs, options=options, wrt=wrt, library=library, corners=corners
    ).raise_for_failures()


@pytest.mark.parametrize("size", [1e-6, 1e4])
def test_no_fault_in_small_and_large_numbers(size):
    inputs = {"input": size * (1 + SHARES["input"]), "target": np.zeros((2, 3))}

    def loss(input, target):
        return jnp.sum((input - target) ** 2 * jnp.log(input))

    check_gradients(loss, inputs).raise_for_failures()


@pytest.mark.parametrize(
    ("loss", "quantity", "fault"),
    [
        (
            planted.derivative_of_two_at_zero,
            "gradient wrt input",
            "from the left and the right",
        ),
        (
            planted.derivative_of_nan_at_zero,
            "gradient wrt input",
            r"nan at \(0,\), where the",
        ),
        (
            planted.derivative_one_in_a_thousand_too_large,
            "gradient wrt input",
            "by differences",
        ),
        (planted.no_curvature, "Hessian-vector product wrt input", r"0\.0 instead of"),
        (planted.logarithm_of_anything, "value", "nan at finite inputs"),
    ],
)
def test_a_planted_fault_is_found_and_shown(loss, quantity, fault):
    corners = [CORNER] if "zero" in loss.__name__ else []
    report = check_gradients(loss, PAIR, corners=corners)
    (failure,) = report.failures
    assert failure.quantity == quantity
    with pytest.raises(AssertionError, match=fault):
        report.raise_for_failures()
    assert "at corners[0]" in failure.call or not corners
    got, want = planted.reproduced(failure)
    if quantity == "value":
        assert np.isnan(got)
        assert want == "finite numbers"
    else:
        assert got.shape == want.shape
        assert not np.allclose(got, want, rtol=1e-4)


def test_a_wrong_derivative_in_torch_is_corrected_entry_by_entry():
    report = check_gradients(planted.detached, PAIR, library="torch", order=1)
    got, want = planted.reproduced(report.failures[0])
    np.testing.assert_allclose(want, 2 * got, rtol=1e-6)


def test_inputs_on_a_corner_are_sent_to_corners():
    def absolute(input, target):
        return torch.sum(torch.where(input >= target, input - target, target - input))

    report = check_gradients(absolute, CORNER, library="torch")
    assert "as at (0,), belong in `corners`" in report.failures[0].fault
    moved = {"input": CORNER["input"] + 0.1, "target": CORNER["target"]}
    right = check_gradients(absolute, moved, library="torch", corners=[CORNER])
    right.raise_for_failures()


def test_a_function_that_raises_has_failed():
    report = check_gradients(torch.Tensor.backward, PAIR, library="jax")
    assert report.failures[0].fault.startswith("raised ")


def test_a_derivative_that_raises_is_shown():
    report = check_gradients(planted.has_no_derivative, PAIR)
    (failure,) = report.failures
    assert failure.quantity == "gradient wrt input"
    assert failure.fault.startswith("raised NotImplementedError: no derivative")
    assert "jax.vjp" in failure.code


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"library": "numpy"}, "must be one with derivatives, got 'numpy'"),
        ({"order": 0}, "order must be 1 or 2, got 0"),
        ({"corners": [{"input": np.zeros(2)}]}, r"corners\[0\] must name what inputs"),
        ({"corners": [PAIR, PAIR | {"input": np.full(1, np.inf)}]}, "must be finite"),
        ({"wrt": "where"}, "wrt must name floating inputs"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        check_gradients(planted.right, PAIR, **options)
