"""`check_mask` finds what leaks through a mask, and nothing in losses that do not."""

import numpy as np
import pytest

import funloss as fl
from funloss.testing import check_mask
from tests.testing import planted

RNG = np.random.default_rng(5)
PAIR = {"input": RNG.standard_normal((3, 2)), "target": RNG.standard_normal((3, 2))}
MASKS = {
    "entries": np.asarray([[True, False], [True, True], [False, False]]),
    "rows": np.asarray([True, False, True]),
    "column": np.asarray([[True], [False], [True]]),
}
SCORES = {
    "input": RNG.standard_normal((3, 4)),
    "target": np.asarray([1, 0, 3]),
    "where": MASKS["rows"],
}


@pytest.mark.parametrize("library", ["jax", "torch", "numpy"])
@pytest.mark.parametrize("mask", ["entries", "column"])
def test_no_fault_in_huber(library, mask):
    inputs = PAIR | {"where": MASKS[mask]}
    order = 0 if library == "numpy" else 2
    options = {"reduction": ["none", "mean"]}
    check_mask(
        fl.huber_loss,
        inputs,
        options=options,
        wrt=("input", "target") if order else None,
        library=library,
        order=order,
    ).raise_for_failures()


@pytest.mark.parametrize("library", ["jax", "torch", "numpy"])
@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_no_fault_in_cross_entropy_whose_mask_is_of_rows(library, dtype):
    report = check_mask(fl.cross_entropy, SCORES, library=library, dtype=dtype)
    report.raise_for_failures()
    ways, numbers = (2 if library == "jax" else 1), 3
    quantities = 1 if library == "numpy" else 2
    assert len(report.checks) == ways * numbers * quantities


@pytest.mark.parametrize(
    ("loss", "library", "quantities"),
    [
        (planted.multiplies_by_the_mask, "jax", {"value", "gradient wrt input"}),
        (planted.chooses_after_the_formula, "jax", {"gradient wrt input"}),
        (planted.counts_what_is_masked, "torch", {"value", "gradient wrt input"}),
    ],
)
def test_a_leak_is_found_and_shown(loss, library, quantities):
    report = check_mask(loss, PAIR | {"where": MASKS["entries"]}, library=library)
    assert {check.quantity for check in report.failures} == quantities
    got, want = planted.reproduced(report.failures[-1])
    assert not np.array_equal(got, want)


def test_a_derivative_in_a_masked_place_is_found():
    places = {"input": ~MASKS["entries"], "target": np.zeros((3, 2), bool)}
    inputs = PAIR | {"where": MASKS["entries"]}
    right = check_mask(planted.right, inputs, places=places)
    right.raise_for_failures()
    places["input"] = MASKS["entries"]
    wrong = check_mask(planted.right, inputs, places=places)
    assert {check.quantity for check in wrong.failures} == {
        "value",
        "gradient wrt input",
    }


@pytest.mark.parametrize(
    ("changed", "places", "message"),
    [
        ({"where": np.ones((3, 2), bool)}, None, "must be False somewhere"),
        ({"where": np.ones((3, 2))}, None, "must be a boolean array"),
        ({"where": np.zeros(5, bool)}, None, r"entries of 'input' .* \(3, 2\)"),
        ({"where": MASKS["rows"]}, {"x": MASKS["rows"]}, "places must name inputs"),
        ({"where": MASKS["rows"]}, {"input": MASKS["rows"]}, r"of shape \(3, 2\)"),
    ],
)
def test_what_does_not_fit_is_refused(changed, places, message):
    with pytest.raises(ValueError, match=message):
        check_mask(planted.right, PAIR | changed, places=places, library="numpy")
