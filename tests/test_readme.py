"""The README's quick start is what the continuous integration runs.

Its Python sessions are doctests: pytest --doctest-glob=README.md README.md
"""

import itertools
import json
import pathlib
import re
import shutil
import subprocess

import pytest

from benchmarks.goals import COMPILED, Goal, reached
from benchmarks.result import Row
from docs.figures.overview import PANELS
from docs.making.pages import FAMILIES
from tests.test_coming_from import DIFFERENT

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


def test_it_is_read_in_minutes():
    assert len(README.encode()) <= 7000


@pytest.mark.parametrize("name", ["reasons", "families"])
def test_generated_parts_have_their_markers(name):
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    assert README.count(start) == README.count(end) == 1
    assert README.index(start) < README.index(end)


def line(name):
    """Return the line of a reason or of a family."""
    (found,) = re.findall(rf"^- \*\*{re.escape(name)}\*\* (.*)$", README, re.MULTILINE)
    return found


def test_every_reason_has_a_number_and_names_its_command():
    part = README.split("<!-- reasons:start -->\n")[1].split("<!-- reasons:end -->")[0]
    assert len(part.splitlines()) == 5
    for reason in part.splitlines():
        assert re.search(r"\d+.* \(`(python -m|pytest) [^`]+`\)\.$", reason)


def test_the_count_of_checks_is_that_of_the_figures():
    summary = json.loads((ROOT / "docs" / "parity.json").read_text())["summary"]
    assert line("Checked:").startswith(f"{sum(row['checks'] for row in summary)} ")
    for ulps, dtype in re.findall(r"(\d+)(?: ulp)? in (float\d+)", line("Checked:")):
        assert ulps == f"{max(r['ulps'] for r in summary if r['dtype'] == dtype):.0f}"


def test_the_edge_cases_are_the_rows_that_a_test_computes():
    counts = re.findall(r"(\d+)(?: calls)? of (\w+)", line("Edge cases:"))
    assert [name for _, name in counts] == ["optax", "Keras"]
    for count, name in counts:
        assert int(count) == sum(row.section == name for row in DIFFERENT)
    quoted = [row.cells for row in DIFFERENT if row.cells[1::2][:1] == ("1.386",)]
    assert quoted[0][3] == "nan"
    assert "1.386 for a label of -1" in line("Edge cases:")


@pytest.mark.parametrize("peer", ["optax", "torch"])
def test_the_times_are_those_of_the_benchmarks(peer):
    figures = json.loads((ROOT / "docs" / "performance.json").read_text())
    rows = [Row.from_json(row) for row in figures["rows"]]
    mean = reached(Goal("all", peer, 1, COMPILED), rows)
    most = reached(Goal("all", peer, 1, COMPILED, largest=True), rows)
    said = line("Time:").split(f"times {peer}'s")
    assert said[0].split()[-1] == f"{mean:.2f}"
    assert said[1].split(")")[0].split()[-1] == f"{most:.2f}"


def test_the_memory_and_the_exchange_are_those_that_are_counted():
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    rows, classes, megabytes, logits = re.findall(r"\d+", line("Memory:"))
    name = rf"\| linear_cross_entropy f32\[{rows},\d+\] f32\[{classes},\d+\] \|"
    (counted,) = re.findall(rf"{name} [^|]* \| ([\d.]+) ", page)
    assert f"{float(counted):.0f}" == megabytes
    assert int(logits) == round(4 * int(rows) * int(classes) / 1e6)
    megabytes = re.search(r"exchanges ([\d.]+) MB", line("Devices:"))[1]
    scaling = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    row = f"| f32[2048,131072] | 1 x 8 | 2 all-reduce {megabytes} | - |"
    assert scaling.count(row) == 1


def test_every_family_has_its_number_of_losses_and_the_most_used():
    for family, names in FAMILIES.items():
        said = line(family.capitalize())
        assert said.startswith(f"({len(names)}): ")
        shown = re.findall("`(.*?)`", said)
        assert shown == names[: len(shown)]
        more = re.findall(r" and (\d+) more$", said)
        assert len(shown) + sum(map(int, more)) == len(names)


def test_the_picture_has_the_losses_that_its_command_draws():
    picture = (ROOT / "docs" / "overview.svg").read_text(encoding="utf-8")
    for name in itertools.chain(*PANELS.values()):
        assert f">{name}</text>" in picture


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target
