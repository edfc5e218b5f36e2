"""The program that a report prints runs, however the loss was made."""

import math
import subprocess
import sys
from math import log as natural

import numpy as np
import pytest

import funloss as fl
from funloss.testing import check_parity
from tests.testing.planted import reproduced

INPUTS = {"input": np.asarray([[0.5, 2.0]]), "target": np.zeros((1, 2))}
_HALF = 0.5


@pytest.fixture
def made():
    """Make losses that no module offers, as a script or a notebook does."""
    third = 1 / 3

    @fl.elementwise_loss
    def log_cosh(xp, input, target, *, scale=_HALF):
        error = xp.absolute(input - target) / scale
        error = xp.absolute(error)
        error = xp.absolute(error)
        return error + xp.softplus(-2 * error) - natural(2) - math.log(1)

    @fl.samplewise_loss
    def brier(xp, input, target):
        return third * xp.sum(xp.square(input - target), axis=-1)

    def square(xp, input, target):
        return xp.square(input - target)

    return [log_cosh, brier, fl.elementwise_loss(square)]


def wrong(input, target):
    return np.sum(input - target)


@pytest.mark.parametrize("place", range(3), ids=["element", "sample", "call"])
@pytest.mark.parametrize("library", ["numpy", "jax"])
def test_the_program_of_a_made_loss_prints_its_formula_and_runs(made, place, library):
    loss = made[place]
    report = check_parity(
        loss, wrong, INPUTS, library=library, reference_library="numpy", order=0
    )
    (check, *_) = report.failures
    assert f"def {loss.__name__}(xp, input, target" in check.code
    got, _ = reproduced(check)
    assert got == pytest.approx(float(loss(**INPUTS)), rel=1e-6)


SCRIPT = """
import numpy as np
import funloss as fl
from funloss.testing import check_parity

@fl.elementwise_loss
def square(xp, input, target):
    return xp.square(input - target)

def wrong(input, target):
    return np.sum(input - target)

inputs = {"input": np.asarray([3.0]), "target": np.zeros(1)}
report = check_parity(
    square, wrong, inputs, library="numpy", reference_library="numpy"
)
print(report.failures[0].code)
"""


def test_the_program_that_a_script_prints_runs(tmp_path):
    said, path = SCRIPT, tmp_path / "script.py"
    for _ in range(2):
        path.write_text(said, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, path], capture_output=True, text=True, check=True
        )
        said = done.stdout
    assert said.split() == ["got", "9.0", "want", "3.0"]
