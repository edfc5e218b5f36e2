"""The command that runs every test on a Python and with dependencies of choice."""

import re
import sys
import tomllib
from types import SimpleNamespace

import pytest
import yaml

from tests.table import LABELLED
from tools import versions
from tools.environment import ROOT, interpreter
from tools.versions import DOCTESTS, LEFT_OUT, commands, main, requirements

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SMALL = {
    "dependencies": ["numpy>=2.1"],
    "optional-dependencies": {
        "jax": ["jax>=0.8"],
        "testing": ["rich"],
        "parity": ["funloss[jax,testing]", "torch==2.13.0"],
        "dev": ["funloss[parity]", "dask[array]", "jax==0.10.2", "pytest>=9"],
    },
}


@pytest.mark.parametrize(
    ("dependencies", "wanted"),
    [
        ("pinned", {"numpy>=2.1", "jax>=0.8", "jax==0.10.2", "pytest>=9"}),
        ("newest", {"numpy>=2.1", "jax>=0.8", "pytest>=9"}),
        ("oldest", {"numpy==2.1", "jax==0.8", "pytest>=9"}),
    ],
)
def test_floors_are_pinned_freed_or_exact(dependencies, wanted):
    found = requirements(dependencies, SMALL)
    assert set(found) == wanted | {"rich", "torch==2.13.0", "dask[array]"}


def test_the_floors_of_the_project_are_what_is_oldest():
    newest = requirements("newest", PROJECT)
    exact = [x for x in requirements("oldest", PROJECT) if x not in newest]
    assert [line.split("==")[0] for line in exact] == [
        *("numpy", "scipy", "array-api-compat", "jax")
    ]


@pytest.mark.parametrize("dependencies", LEFT_OUT)
def test_what_is_left_out_exists_and_has_a_reason(dependencies):
    for test, reason in LEFT_OUT[dependencies].items():
        path, _, name = test.partition("::")
        name, _, row = name.partition("[")
        assert name in (ROOT / path).read_text(encoding="utf-8")
        assert not row or any(row.endswith(f"{label}]") for label in LABELLED)
        assert len(reason.split()) > 3
    assert LEFT_OUT["pinned"] == {}


def test_what_is_left_out_is_left_to_pytest(monkeypatch):
    left = {"tests/a.py": "one", "tests/b.py::test_c": "two"}
    monkeypatch.setitem(LEFT_OUT, "newest", left)
    found = commands("newest", 3)
    options = ["--ignore=tests/a.py", "--deselect=tests/b.py::test_c"]
    assert found["tests"] == ["-m", "pytest", "-n", "3", "--full", *options]
    assert found["doctests"][4:6] == options


def test_the_doctests_are_those_of_the_runner_and_of_the_guide():
    line = f"pytest -n 2 --doctest-modules --doctest-glob='*.md' {' '.join(DOCTESTS)}"
    for name in (".ci/run", "CONTRIBUTING.md"):
        assert line in (ROOT / name).read_text(encoding="utf-8")
    assert "docs/numerics.md" in commands("pinned", 2)["doctests"]


def workflow():
    """Yield Python and dependencies of each job that runs the command."""
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    job = yaml.safe_load(text)["jobs"]["versions"]
    matrix, (*_, step) = job["strategy"]["matrix"], job["steps"]
    assert step["run"] == (
        "python -m tools.versions --python ${{ matrix.python }}"
        " --dependencies ${{ matrix.dependencies }}"
    )
    for python in matrix["python"]:
        for dependencies in matrix["dependencies"]:
            yield python, dependencies
    for more in matrix["include"]:
        yield more["python"], more["dependencies"]


def test_each_change_is_tested_on_every_python_and_both_ends():
    known = re.findall(r"Python :: (3\.\d+)\b", "\n".join(PROJECT["classifiers"]))
    assert set(workflow()) == {
        *((python, "pinned") for python in known),
        (known[0], "oldest"),
        (known[-1], "newest"),
    }


@pytest.mark.parametrize(("failing", "status"), [([], 0), (["parity"], 1)])
def test_all_is_run_even_if_one_fails(failing, status, monkeypatch, capsys):
    ran = []

    def run(_, name, *arguments):
        ran.append(name)
        return SimpleNamespace(returncode=int(name in failing))

    environment = SimpleNamespace(run=run)
    monkeypatch.setattr(versions, "_installed", lambda *_: environment)
    assert main(["--dependencies", "oldest"]) == status
    assert ran[1:] == ["parity", "pytest", "pytest"]
    said = capsys.readouterr().out
    assert said.count("FAILED: parity") == status
    assert "passed: doctests" in said
    assert "left out: tests/test_gates.py" in said


def test_an_environment_that_cannot_be_installed_fails(monkeypatch):
    monkeypatch.setattr(versions, "_installed", lambda *_: None)
    assert main([]) == 1


def test_the_interpreter_of_this_version_is_its_own():
    version = "{}.{}".format(*sys.version_info)
    assert interpreter(version) == sys._base_executable


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--python", "3.99"], "no python3.99"), (["--processes", "0"], "at least 1")],
)
def test_what_cannot_be_run_is_refused(arguments, message, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert message in capsys.readouterr().err
