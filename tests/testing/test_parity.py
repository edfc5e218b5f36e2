"""A loss held against a reference: faults are found, right losses pass."""

import re
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from torch.nn import functional as F

import funloss as fl
from funloss.testing import adapt, check_parity
from tests.testing import losses

REDUCTIONS = {"reduction": ["none", "mean", "sum"]}
ERRORS = np.asarray([[0.0, 0.5, -0.5], [1.0, 0.0, -2.25]])
INPUTS = {"input": ERRORS, "target": np.zeros((2, 3))}


def faults(candidate, reference=losses.absolute_torch, inputs=INPUTS, **options):
    given = {"options": REDUCTIONS} | options
    return check_parity(candidate, reference, inputs, **given).failures


def quantities(found):
    return {check.quantity for check in found}


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_right_loss_passes(order):
    report = check_parity(
        losses.absolute,
        losses.absolute_torch,
        INPUTS,
        options=REDUCTIONS,
        wrt=["input", "target"],
        order=order,
    )
    assert report.passed
    assert {check.library for check in report.checks} == {
        *("jax-eager", "jax-jit", "jax-vmap")
    }
    kinds = ("value", "gradient", "Hessian-vector")[: order + 1]
    assert {words.split()[0] for words in quantities(report.checks)} == {*kinds}


def test_a_wrong_divisor_is_found():
    found = faults(losses.wrong_divisor)
    assert {check.call for check in found} == {"[reduction=mean]"}
    assert quantities(found) == {"value", "gradient wrt input"}


def test_a_wrong_derivative_at_a_corner_is_found():
    assert quantities(faults(losses.wrong_at_the_corner)) == {"gradient wrt input"}


def test_a_wrong_second_derivative_is_found():
    found = faults(losses.wrong_curvature, losses.square_torch, order=2)
    assert quantities(found) == {"Hessian-vector product wrt input"}
    assert faults(losses.wrong_curvature, losses.square_torch, order=1) == []


def test_lost_digits_are_found_where_they_are_lost():
    inputs = {"input": np.asarray([[0.1, 0.7]]), "target": np.zeros((1, 2))}
    found = faults(losses.wrong_only_in_float32, inputs=inputs, dtypes=["float32"])
    assert quantities(found) == {"value"}


def test_a_sum_in_sixteen_bits_is_found():
    inputs = {"input": np.full((400, 2), 0.25), "target": np.zeros((400, 2))}
    found = faults(
        losses.adds_in_bfloat16, inputs=inputs, dtypes=["bfloat16"], transforms=["jit"]
    )
    assert {check.call for check in found} == {"[reduction=mean]", "[reduction=sum]"}


def test_a_silent_broadcast_is_found():
    assert "shape" in faults(losses.broadcasts)[0].fault


def test_a_nan_that_leaks_through_a_mask_is_found():
    where = ERRORS != 0.5
    inputs = INPUTS | {"input": np.where(where, ERRORS, np.nan), "where": where}

    def kept(input, target, where):
        return F.l1_loss(input[where], target[where])

    def masked(input, target, where):
        return fl.l1_loss(input, target, where=where)

    found = faults(losses.leaks_nan, kept, inputs, options={})
    assert quantities(found) == {"value", "gradient wrt input"}
    assert faults(masked, kept, inputs, options={}) == []


def test_what_jit_alone_refuses_is_found_under_jit_alone():
    found = faults(losses.branches_on_values, transforms=["eager", "jit"])
    assert {check.library for check in found} == {"jax-jit"}
    assert "TracerBoolConversionError" in found[0].fault


@pytest.mark.parametrize("library", ["numpy", "torch", "jax", "array-api-strict"])
@pytest.mark.parametrize("reference_library", ["numpy", "torch", "jax"])
def test_any_two_libraries_are_compared(library, reference_library):
    report = check_parity(
        fl.huber_loss,
        fl.huber_loss,
        INPUTS,
        options={"delta": [0.5, 1.0]},
        library=library,
        reference_library=reference_library,
        transforms=["eager"] if library == "jax" else None,
    )
    assert report.passed
    derived = {"torch", "jax"} >= {library, reference_library}
    assert quantities(report.checks) == {"value", *(["gradient wrt input"] * derived)}


def test_every_transformation_runs():
    report = check_parity(
        fl.cross_entropy,
        F.cross_entropy,
        {"input": np.eye(3), "target": np.asarray([0, 2, 1])},
        transforms=["eager", "jit", "vmap", "scan", "checkpoint"],
        dtypes=["float32"],
        order=2,
    )
    report.raise_for_failures()
    assert len({check.library for check in report.checks}) == 5


def test_an_adapted_function_passes_and_shows_how_it_is_called():
    inputs = {"input": np.moveaxis(ERRORS[None], 2, 1), "target": np.zeros((1, 3, 2))}
    candidate = adapt(
        losses.absolute_of_rows,
        names=("y_pred", "y_true"),
        rename={"factor": "scale"},
        axis={0: 1, 1: 1},
    )

    def reference(input, target, factor):
        return factor * F.l1_loss(input, target, reduction="none").mean(1)

    def tripled(input, target, factor):
        return 3 * reference(input, target, factor)

    given = {"options": {"factor": [1.0, 2.0]}, "transforms": ["jit"]}
    assert check_parity(candidate, reference, inputs, **given).passed
    wrong = check_parity(candidate, tripled, inputs, **given)
    (called,) = {
        line.strip()
        for check in wrong.failures
        for line in check.code.splitlines()
        if "factor=1.0" in line
    }
    assert called == (
        "return adapt(absolute_of_rows, names=('y_pred', 'y_true'), "
        "rename={'factor': 'scale'}, axis={0: 1, 1: 1})(input, target, factor=1.0)"
    )


def test_the_failing_call_is_as_small_as_its_fault():
    error = np.where(np.arange(64)[:, None] == 41, 0.0, np.ones((64, 2)))
    found = faults(
        losses.wrong_at_the_corner,
        inputs={"input": error, "target": np.zeros((64, 2))},
        options={},
        dtypes=["float64"],
        transforms=["jit"],
    )
    assert [check.size for check in found] == [4]


@pytest.mark.parametrize("library", ["jax", "torch", "numpy"])
def test_the_code_of_a_failure_runs_by_itself(library):
    report = check_parity(fl.mse_loss, losses.absolute_torch, INPUTS, library=library)
    printed = subprocess.run(
        [sys.executable, "-c", report.smallest_failure().code],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    # Of the row with errors of 0, 0.5 and -0.5.
    got, want = (float(number) for number in re.findall(r"\d+\.\d+", printed))
    assert (got, want) == (pytest.approx(0.5 / 3), pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"inputs": {}}, "inputs must name at least one array"),
        (
            {"inputs": {"input": np.asarray(["a"])}},
            "inputs['input'] must hold numbers",
        ),
        ({"wrt": "labels"}, "wrt must name floating inputs, of ['input', 'target']"),
        ({"dtypes": ["float8"]}, "dtypes must be of ['bfloat16', 'float16'"),
        ({"dtypes": "float32"}, "dtypes must be a sequence of names"),
        ({"transforms": ["grad"]}, "transforms must be of ['checkpoint', 'eager'"),
        ({"library": "numpy", "transforms": ["jit"]}, "transforms must be None"),
        ({"library": "numpy", "order": 1}, "order must be 0, as numpy"),
        ({"order": 3}, "order must be 0, 1 or 2, got 3"),
    ],
)
def test_a_bad_argument_is_refused(given, words):
    given = {"inputs": INPUTS} | given
    with pytest.raises(ValueError, match="must") as raised:
        check_parity(losses.absolute, losses.absolute_torch, **given)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ([1.0, 2.0], "inputs['input'] must be an array, got list"),
        ([[1.0], [2.0]], "inputs['input'] must be an array, got list"),
        ([], "inputs['input'] must be an array, got list"),
        ((1.0, 2.0), "inputs['input'] must be an array, got tuple"),
        ((np.ones(2), [1.0]), "inputs['input'][1][0] must be an array, got float"),
    ],
)
def test_numbers_in_lists_are_no_array(tree, words):
    with pytest.raises(TypeError) as raised:
        check_parity(losses.absolute, losses.absolute_torch, INPUTS | {"input": tree})
    assert str(raised.value) == words


@pytest.mark.parametrize("kind", [tuple, list])
def test_an_input_may_be_nested_tuples_of_arrays(kind):
    def total(trees):
        (first, nothing), second = trees
        assert nothing == ()
        return (first - second).mean()

    tree = kind([kind([ERRORS, ()]), ERRORS])
    report = check_parity(total, total, {"tree": tree}, transforms=["eager"])
    assert report.passed
    assert quantities(report.checks) == {
        *("value", "gradient wrt tree[0][0]", "gradient wrt tree[1]")
    }


def test_a_failing_reference_is_no_verdict():
    def reference(input, target):
        msg = "not today"
        raise TypeError(msg)

    with pytest.raises(RuntimeError, match=r"failed on \(defaults\): not today"):
        check_parity(losses.absolute, reference, INPUTS)


def test_a_loss_that_fails_in_its_gradient_keeps_its_value():
    class NoDerivative(torch.autograd.Function):
        @staticmethod
        def forward(_, x):
            return x.abs()

        @staticmethod
        def backward(_, cotangent):
            msg = "no derivative"
            raise NotImplementedError(msg)

    def candidate(input, target):
        return NoDerivative.apply(input - target).mean()

    found = faults(candidate, options={}, library="torch", dtypes=["float64"])
    assert [(c.quantity, c.fault) for c in found] == [
        ("gradient wrt input", "raised NotImplementedError: no derivative")
    ]


def test_sixty_four_bits_are_enabled_for_the_check_alone():
    with jax.enable_x64(False):
        assert check_parity(losses.absolute, losses.absolute_torch, INPUTS).passed
        assert jnp.asarray(1.5).dtype == jnp.float32
