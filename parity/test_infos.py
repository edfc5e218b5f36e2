"""What `LossInfo` and `elementwise` make of what they are told."""

import subprocess
import sys

import numpy as np
import pytest

import funloss as fl
from benchmarks.gate import Gate, Limit
from funloss._registry import LOSSES
from parity.examples.shapes import MILLION
from parity.losses import BY_FAMILY, INFOS
from parity.references.regression import expectile
from parity.standard import Real, elementwise

NAN = float("nan")


@pytest.fixture(scope="module")
def info():
    """Return what is checked of a loss with one option, from its limits alone."""
    return elementwise(
        fl.expectile_loss,
        expectile,
        reals={"expectile": Real(0.625, (0.25, 0.75), "> 0 and < 1")},
        gates=[Gate(2 * MILLION, Limit(2.4, 4.0), Limit(4.2), Limit(28))],
        drawn_with={"expectile": 0.8},
    )


def drawn(info):
    """Return the inputs of each case, by its name."""
    return {case.id: case.inputs(np.random.default_rng(0)) for case in info.cases}


def test_every_loss_is_declared_once():
    assert [info.name for info in BY_FAMILY] == [*LOSSES]
    assert len(INFOS) == len(LOSSES)


def test_a_run_needs_no_library_but_those_of_its_extra():
    code = """
import sys
sys.modules |= dict.fromkeys(["keras", "matplotlib", "optax", "pytest", "rax"])
import parity.collection
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_part_is_of_its_loss():
    for info in INFOS:
        assert {case.loss for case in info.cases} == {info.name}
        assert {row.loss.__name__ for row in info.rows} == {info.name}
        assert {gate.loss for gate in info.gates} == {info.curve.loss} == {info.name}


def test_elements_are_tried_plain_masked_far_out_alone_and_in_no_number(info):
    plain, masked, extreme, option, single, empty = drawn(info).values()
    assert plain["input"][0].tolist() == [0.0, 1.0, -1.0, 4.0, -4.0]
    assert plain["target"][0].tolist() == [0.0] * 5
    for name in ("input", "target"):
        bad = ~np.isfinite(masked[name])
        assert bad.any()
        assert not masked["where"][bad].any()
    assert np.isnan(extreme["input"]).any()
    assert np.isposinf(extreme["input"]).any()
    assert option["expectile"] == 0.625
    assert single["input"].shape == ()
    assert empty["input"].shape == (0, 3)


def test_all_arrays_and_options_are_differentiated(info):
    wrt = {case.id.split("-")[1]: case.wrt for case in info.cases}
    assert wrt["plain"] == wrt["extreme"] == ("input", "target")
    assert wrt["masked"] == ("input", "target", "weight")
    assert wrt["with_expectile"] == ("input", "target", "expectile")


def test_a_rule_says_what_is_refused(info):
    (row,) = info.rows
    values = [options["expectile"] for options, _ in row.bad_options]
    np.testing.assert_equal(values, [0.0, -1.0, 1.0, 2.0, NAN])
    rule = "expectile must be > 0 and < 1, got"
    assert [message for _, message in row.bad_options][:2] == [
        f"{rule} 0.0",
        f"{rule} -1.0",
    ]
    closed = Real(1.0, (2.0,), ">= 0.5").refused("p")
    np.testing.assert_equal([x["p"] for x, _ in closed], [-0.5, NAN])


def test_the_line_is_along_the_error_with_the_options_it_is_drawn_with(info):
    assert info.curve.fixed == "expectile 0.8"
    assert info.curve.options == {"expectile": 0.8}
    assert info.curve.moved == "error"
