"""Each example runs, and prints what it promises."""

import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def run(name):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    result = subprocess.run(
        [sys.executable, EXAMPLES / name],
        env=os.environ | {"PYTHONPATH": path, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_training_on_digits_is_accurate_and_quick():
    start = time.perf_counter()
    printed = run("train_digits.py")
    assert time.perf_counter() - start < 60

    (accuracy,) = re.findall(r"^test accuracy: ([0-9.]+)%$", printed, re.MULTILINE)
    assert float(accuracy) >= 95
    (difference,) = re.findall(r"^they agree, difference (\S+)$", printed, re.MULTILINE)
    assert float(difference) < 1e-6


def test_check_against_torch_tells_right_from_wrong():
    wrong, right = run("check_against_torch.py").splitlines()
    # One exact fit among 100 points: the slope is off by 1 / 100 and nothing else is.
    assert re.fullmatch(r"plain l1 +DIFFERS: value off by .*, slope by 1e-02", wrong)
    assert right.startswith("funloss l1 agrees: ")


def test_own_loss_equals_cross_entropy_everywhere():
    lines = run("own_loss.py").splitlines()
    assert len(lines) == 4
    assert [line.split(" ")[0] for line in lines[:2]] == ["NumPy:", "JAX:"]
    for line in lines:
        assert line.endswith(" are equal")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.name)
def test_every_example_is_run_by_a_test(path):
    assert f'run("{path.name}")' in pathlib.Path(__file__).read_text()
