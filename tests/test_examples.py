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
    printed = run("check_against_torch.py")
    # One exact fit among 100 points: its slope is off and nothing else is.
    assert re.match(r"plain_l1 .*: 6 of 16 checks failed", printed)
    assert len(set(re.findall(r"^slope of input: .* instead of", printed, re.M))) == 1
    assert re.search(r"^funloss.l1_loss .*: 16 checks passed", printed, re.M)


def test_own_loss_equals_cross_entropy_everywhere():
    lines = run("own_loss.py").splitlines()
    assert len(lines) == 4
    assert [line.split(" ")[0] for line in lines[:2]] == ["NumPy:", "JAX:"]
    for line in lines:
        assert line.endswith(" are equal")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.name)
def test_every_example_is_run_by_a_test(path):
    assert f'run("{path.name}")' in pathlib.Path(__file__).read_text()
