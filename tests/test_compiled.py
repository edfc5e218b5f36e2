"""The losses as XLA compiles them for users, with all that other tests leave out."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.table import ROWS

ROOT = Path(__file__).parents[1]
TEST = "tests/test_every_loss.py::test_gradients_are_differences_of_the_value"


def test_optimised_programs_have_the_same_values_and_derivatives():
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST],
        cwd=ROOT,
        env=os.environ | {"XLA_FLAGS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    (passed,) = re.findall(r"(\d+) passed", result.stdout)
    assert int(passed) >= sum(row.descends for row in ROWS)
