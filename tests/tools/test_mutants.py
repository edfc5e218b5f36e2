"""The command that puts small faults into the package."""

import ast
import json
import random
import subprocess
from pathlib import Path

import pytest

from tools.mutants.__main__ import main
from tools.mutants.mutations import Mutant, changed, mutants
from tools.mutants.page import FIGURES, PAGE, filled
from tools.mutants.report import Place, added, figures, known_equivalents, place, rows
from tools.mutants.running import Outcome, Tree, context
from tools.mutants.selection import Check, Package, sample

PACKAGE = Package(Path(__file__).parents[2])


def after(text):
    """Return the texts that the mutants of a text make of it."""
    return [changed(text, mutant) for mutant in mutants("a.py", text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("y = a - b", ["y = (a + b)"]),
        ("y = a <= b", ["y = (a < b)"]),
        ("y = a and not b", ["y = (a or not b)", "y = a and b"]),
        ("y = f(0.5)", ["y = f(1.5)"]),
        ("y = 1", ["y = 0", "y = 2"]),
        ("y = -a", ["y = a"]),
        ("y = True", ["y = False"]),
        ("y = xp.where(a, b, c)", ["y = xp.where(a, c, b)"]),
        ("y = a if b else c", ["y = (c if b else a)"]),
        ("y = xp.sum(a)", ["y = xp.mean(a)"]),
        ("y = max(a, b)", ["y = min(a, b)"]),
        ("check(a)", ["pass"]),
        ("y += a", ["pass"]),
        ("y = f(y)", ["pass"]),
        ("if a:\n    pass", ["if not (a):\n    pass"]),
        # Bytes are counted before the change, not letters.
        ("y = 'ä', 2", ["y = 'ä', 3"]),
    ],
)
def test_one_node_is_changed(text, wanted):
    assert after(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        '"""At most 1."""',
        "import a",
        '__all__ = ["a"] + ["b"]',
        "def f(x: 'a' | 1) -> b | None: ...",
        "x: tuple[int, 1]",
        "raise ValueError(1)",
        'msg = "a" + f"{1 + 1}"',
        "if TYPE_CHECKING:\n    x = 1",
        "@overload\ndef f(x=1): ...",
    ],
)
def test_words_and_types_are_left_alone(text):
    assert after(text) == []


def test_mutants_of_the_package_are_other_programs():
    for mutant in random.Random(0).sample(PACKAGE.mutants(), 60):
        text = PACKAGE.texts[mutant.file]
        other = ast.dump(ast.parse(changed(text, mutant)))
        assert other != ast.dump(ast.parse(text)), mutant


def test_a_sample_has_each_file_once_at_least_and_others_by_their_share():
    every = mutants("long.py", "y = a + b\n" * 30) + mutants("short.py", "y = -a")
    drawn = sample(every, 11, seed=0)
    assert [mutant.file for mutant in drawn] == ["long.py"] * 10 + ["short.py"]
    assert len(set(drawn)) == 11
    assert drawn != sample(every, 11, seed=1)
    assert sample(drawn, 11, seed=0) == drawn
    assert len(sample(PACKAGE.mutants(), 420, seed=0)) == 420


@pytest.mark.parametrize(
    ("file", "unit", "nearest"),
    [
        ("regression/_huber.py", "_huber_d_delta", "huber_loss"),
        # A rule of a derivative, which nothing calls by its name.
        ("_algorithms/_ctc_jax.py", "_alignment_loss_jvp", "ctc_loss"),
        ("_algorithms/_pdist.py", "_by_offset", "pdist"),
        ("_array/dask.py", "rfft", "stft_loss"),
        # Through the classes that are derived from it.
        ("_core/record.py", "Record", "tweedie_nll_loss"),
    ],
)
def test_a_unit_is_followed_to_the_losses_that_need_it(file, unit, nearest):
    assert PACKAGE.losses(f"funloss/{file}", unit)[0] == nearest


def test_own_tests_are_asked_first_then_parity_then_those_of_every_loss():
    file = "funloss/regression/_huber.py"
    mutant = next(x for x in PACKAGE.mutants([file]) if x.unit == "_huber")
    first, *more, last = PACKAGE.checks(mutant)
    (parity,) = (check for check in more if check.command == "parity")
    assert first == ("pytest", ("tests/regression/test_huber.py",))
    assert parity.arguments[0] == "huber_loss"
    assert last.arguments[-2:] == (
        "-k",
        "(huber_loss) and not quantile_huber_loss",
    )


FORMULA = """\
def double(x):
    while x < 0:
        x = x + 1
    return 2 * x
"""
TEST = """\
import funloss

def test_double():
    assert funloss.double(-3) == 0
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Copy a repository of one function and one test."""
    for name, text in {
        "funloss/__init__.py": FORMULA,
        "tests/test_one.py": TEST,
        "conftest.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.setattr("tools.mutants.running.LIBRARIES", ("pytest",))
    with Tree(tmp_path, context(), seconds=3) as tree:
        yield tree


def test_a_mutant_is_seen_and_gone_again(tree):
    file = tree.path / "funloss" / "__init__.py"
    checks = [Check("pytest", ("tests/test_one.py",))]
    outcomes = {
        changed(FORMULA, mutant).splitlines()[mutant.line - 1].strip(): tree.run(
            mutant, checks
        )
        for mutant in mutants("funloss/__init__.py", FORMULA)
        if mutant.after in {"(x <= 0)", "pass", "3", "(2 / x)"}
    }
    seen = "pytest: FAILED tests/test_one.py::test_double"
    assert outcomes.pop("return (2 / x)").by.startswith(f"{seen} - ZeroDiv")
    assert outcomes.pop("while (x <= 0):").by.startswith(f"{seen} - assert 2")
    assert outcomes == {
        "pass": Outcome("timeout", "pytest"),
        "return 3 * x": Outcome("survived", ""),
    }
    assert file.read_text() == FORMULA
    assert tree.judge(checks) == Outcome("survived", "")


def test_figures_count_what_can_be_seen():
    text = "y = a - b\nz = a * b\n"
    minus, times = mutants("funloss/_core/a.py", text)
    assert place(times, text) == Place("funloss/_core/a.py", "z = a * b", "z = (a / b)")
    results = {minus: Outcome("killed", "parity: x"), times: Outcome("survived", "")}
    texts = {minus.file: text}
    found = figures(results, texts, {}, of=9)
    assert found["seen by"] == {"parity": 1}
    assert [row["line"] for row in found["left"]] == [2]
    assert list(rows(found))[-1] == ["all", "2", "1", "0", "0", "1", "50.0 %"]
    found = figures(results, texts, {place(times, text): "b is 1"}, of=9)
    assert found["left"][0]["why"] == "b is 1"
    assert list(rows(found))[-1] == ["all", "2", "1", "0", "1", "0", "100.0 %"]


def test_figures_of_two_runs_add_up():
    text = "y = a - b\nz = a * b\n"
    one, other = mutants("funloss/_core/a.py", text)
    third = Mutant("funloss/_array/b.py", *one[1:])
    texts = {one.file: text, third.file: text}
    first = {one: Outcome("killed", "parity: x"), third: Outcome("timeout", "")}
    second = {other: Outcome("survived", "")}
    known = {place(other, text): "b is 1"}
    runs = [
        figures(run, texts, known, of=9) | {"seeds": [seed]}
        for seed, run in enumerate((first, second))
    ]
    both = figures(first | second, texts, known, of=9)
    assert added(*runs) == both | {"seeds": [0, 1]}


def test_a_seed_is_not_added_twice(tmp_path, capsys):
    (tmp_path / "found.json").write_text('{"seeds": [0]}')
    options = ["--output", tmp_path / "known", "--jobs", "0", "--add"]
    for more, reason in (
        (["--json", tmp_path / "found.json"], "has the mutants of --seed 0"),
        ([], "needs figures of earlier runs"),
    ):
        with pytest.raises(SystemExit, match="2"):
            main([*map(str, options + more)])
        assert reason in capsys.readouterr().err


def test_the_page_is_written_from_the_figures():
    found = json.loads(FIGURES.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, found) == text
    *_, total = rows(found)
    assert text.count("| " + " | ".join(total) + " |\n") == 1
    assert text.count("mutants of the package were tried.") == 1


def test_a_reason_is_for_a_mutant_that_there_is():
    known = known_equivalents()
    files = {at.file for at in known}
    there = {place(x, PACKAGE.texts[x.file]) for x in PACKAGE.mutants(sorted(files))}
    assert known.keys() <= there if files else not known
    assert all(len(reason) > 9 for reason in known.values())
