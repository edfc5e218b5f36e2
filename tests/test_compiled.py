"""The losses as XLA compiles them for users, with all that other tests leave out."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.sampling import COMPILED
from tests.table import ROWS

ROOT = Path(__file__).parents[1]
TEST = "tests/test_every_loss.py::test_gradients_are_differences_of_the_value"


def test_optimised_programs_have_the_same_values_and_derivatives(request):
    seed = request.config.option.seed
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
    if seed is not None:
        command += ["--seed", str(seed)]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"XLA_FLAGS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    (passed,) = re.findall(r"(\d+) passed", result.stdout)
    tested = [row.loss for row in ROWS if row.descends]
    assert int(passed) >= (len(tested) if seed is None else len({*tested}) / COMPILED)
