"""The README's quick start is what the continuous integration runs.

Its Python sessions are doctests: pytest --doctest-glob=README.md README.md
"""

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUICK_START = [
    "pip install -e '.[parity]' && python -m parity",
    "pip install -e '.[dev]' && pytest -n 2",
]


def quick_start_of(checkout):
    return subprocess.run(
        ["bash", checkout / ".ci" / "run", "--quick-start"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path):
    """Make a folder with the runner and a README of its own."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    return tmp_path


def test_quick_start_has_one_block_of_two_lines():
    _, section = README.split("\n## Quick start\n")
    section = section.split("\n## ")[0]
    (block,) = re.findall(r"^```(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block.splitlines() == ["bash", *QUICK_START]


def test_the_runner_reads_the_quick_start():
    result = quick_start_of(ROOT)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == QUICK_START


def test_the_runner_follows_a_change_of_the_readme(checkout):
    changed = README.replace("pytest -n 2\n", "pytest -n 2 -x\n")
    (checkout / "README.md").write_text(changed, encoding="utf-8")
    assert quick_start_of(checkout).stdout.splitlines()[1] == f"{QUICK_START[1]} -x"


def test_the_runner_ignores_blocks_of_other_sections(checkout):
    more = README + "\n## More\n\n```bash\nfalse\n```\n"
    (checkout / "README.md").write_text(more, encoding="utf-8")
    assert quick_start_of(checkout).stdout.splitlines() == QUICK_START


@pytest.mark.parametrize("added", ["", f"{QUICK_START[1]}\ntrue\n"], ids=["1", "3"])
def test_the_runner_refuses_another_number_of_lines(checkout, added):
    changed = README.replace(f"{QUICK_START[1]}\n", added)
    (checkout / "README.md").write_text(changed, encoding="utf-8")
    result = quick_start_of(checkout)
    assert result.returncode != 0
    assert "must have two lines" in result.stderr


@pytest.mark.parametrize("name", ["parity-table", "losses"])
def test_generated_parts_have_their_markers(name):
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    assert README.count(start) == README.count(end) == 1
    assert README.index(start) < README.index(end)


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target
