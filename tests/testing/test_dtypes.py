"""`check_dtypes` finds sums, labels and results that lose digits, or gain them."""

import jax.numpy as jnp
import numpy as np
import pytest
from torch.nn import functional as F

import funloss as fl
from funloss.testing import check_dtypes
from tests.settings import by_default
from tests.testing import planted

RNG = np.random.default_rng(4)
PAIR = {"input": RNG.standard_normal((2, 3)), "target": RNG.standard_normal((2, 3))}
SHARES = PAIR | {"target": np.abs(PAIR["target"]) % 1}
SCORES = {"input": RNG.standard_normal((3, 4)), "target": np.asarray([2, 0, 2])}
WEIGHT = {"weight": np.asarray([0.5, 1.0, 2.0, 4.0])}


@pytest.mark.parametrize("library", ["torch", "numpy"])
@pytest.mark.parametrize(
    ("loss", "inputs"),
    [
        (fl.l1_loss, PAIR),
        (fl.huber_loss, PAIR),
        (fl.binary_cross_entropy_with_logits, SHARES),
        (fl.cross_entropy, SCORES | WEIGHT),
        (fl.nll_loss, SCORES),
    ],
)
def test_no_fault_in_a_loss_that_is_right(loss, inputs, library):
    labels = "target" if inputs["target"].ndim == 1 else None
    options = {"reduction": ["none", "mean"]}
    report = check_dtypes(loss, inputs, options=options, labels=labels, library=library)
    report.raise_for_failures()
    quantities = 1 if library == "numpy" else 2
    calls = 4 + 5 + 4 if labels else 4
    assert len(report.checks) == 2 * calls * quantities


def test_no_fault_in_cross_entropy_on_jax():
    check_dtypes(fl.cross_entropy, SCORES, labels="target").raise_for_failures()


@pytest.mark.parametrize(
    ("loss", "library", "found"),
    [
        (
            planted.sums_in_its_dtype,
            "numpy",
            {("tiled", "bfloat16"), ("tiled", "float16")},
        ),
        (
            planted.widens_to_float64,
            "numpy",
            {("", "float32"), ("tiled", "bfloat16"), ("tiled", "float16")},
        ),
        (
            planted.widens_to_float32,
            "jax",
            {("tiled", "bfloat16"), ("tiled", "float16")},
        ),
    ],
)
def test_a_planted_fault_is_found_and_shown(loss, library, found):
    with by_default():
        report = check_dtypes(loss, PAIR, library=library)
    values = [c for c in report.failures if c.quantity == "value"]
    seen = {(c.call.replace("[]", ""), c.dtype) for c in values}
    assert seen == found
    if loss is planted.sums_in_its_dtype:
        got, want = planted.reproduced(values[0])
        assert got < want / 4


def test_labels_cast_to_the_dtype_of_the_loss_are_found():
    with by_default():
        report = check_dtypes(planted.casts_labels, SCORES, labels="target")
    assert {c.call for c in report.failures} == {"many classes"}
    assert {c.dtype for c in report.failures} == {"bfloat16", "float16"}


def test_integers_that_overflow_are_found():
    report = check_dtypes(planted.counts_in_int8, SCORES, library="numpy", wrt=())
    assert {"target in int8", "target in uint8"} <= {c.call for c in report.failures}
    wide = check_dtypes(
        planted.counts_in_int8, SCORES, library="numpy", integers=["int32", "int64"]
    )
    assert not [c for c in wide.failures if c.call.startswith("target in")]


def test_a_function_that_takes_one_dtype_of_labels_can_be_told():
    every = check_dtypes(F.nll_loss, SCORES, library="torch")
    assert "expected target dtype to be Long" in every.failures[0].fault
    check_dtypes(
        F.nll_loss, SCORES, library="torch", integers=["int64"]
    ).raise_for_failures()


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        (SCORES, {"integers": ["int4"]}, "integers must be of .*, got 'int4'"),
        (SCORES, {"labels": "label"}, "must be an array of integers, got None"),
        (
            {"input": np.zeros((3, 3)), "target": np.zeros(3, int)},
            {"labels": "target"},
            "must not have as many rows as classes, 3",
        ),
    ],
)
def test_what_does_not_fit_is_refused(inputs, options, message):
    with pytest.raises(ValueError, match=message):
        check_dtypes(fl.cross_entropy, inputs, library="numpy", **options)


def test_a_loss_that_narrows_float64_is_told_so():
    def narrows(input, target):
        return jnp.mean(jnp.square(input - target).astype(jnp.float32))

    report = check_dtypes(narrows, PAIR)
    assert [c.fault for c in report.failures] == ["dtype float32 instead of float64"]
