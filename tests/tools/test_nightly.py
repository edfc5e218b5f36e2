"""What takes too long for every change runs at night, by commands of the guide."""

import importlib.util
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from tools.environment import ROOT

NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"
JOB = yaml.safe_load(NIGHTLY.read_text(encoding="utf-8"))["jobs"]["long"]
RUNS = [job["run"] for job in JOB["strategy"]["matrix"]["include"]]


@pytest.mark.parametrize("run", RUNS)
def test_the_command_is_one_of_the_guide_and_has_the_options(run):
    python, minus_m, module, *options = shlex.split(run)
    assert (python, minus_m) == ("python", "-m")
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"`python -m {module}" in guide
    assert importlib.util.find_spec(module)
    shown = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for option in options:
        if option.startswith("--"):
            assert re.search(rf"^ +(-\w, )?{option}\b", shown.stdout, re.MULTILINE)


def test_each_job_runs_its_command():
    assert JOB["steps"][-1]["run"] == "${{ matrix.run }}"
