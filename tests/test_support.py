"""Every answer of the table of libraries has its test, and that is of every loss."""

import ast
import re
from pathlib import Path

import pytest

from docs.making.support import ANSWERS, WANTED, support
from tests.table import ROWS
from tests.test_torch_compiled import TRACED, UNTRACED

ROOT = Path(__file__).parents[1]
FOUND = {
    f"{library}, {wanted}": answer
    for library, answers in ANSWERS.items()
    for wanted, answer in answers.items()
}
# What parametrises a test with all losses, of which a run may take samples.
ALL = re.compile(r"losses\(\)|rows\(('reduction'(, )?)?(one_in=\w+)?\)")


def shown_by(answer):
    """Return the test that the answer names, as it stands in its file."""
    path, _, name = answer.test.partition("::")
    nodes = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    (test,) = [x for x in nodes if isinstance(x, ast.FunctionDef) and x.name == name]
    return test


@pytest.mark.parametrize("answer", FOUND.values(), ids=FOUND)
def test_every_answer_has_a_test(answer):
    written = [ast.unparse(line) for line in shown_by(answer).decorator_list]
    every = any(ALL.search(line) for line in written)
    assert every or not answer.words.startswith("every loss")


def test_the_answers_are_to_what_is_asked():
    for answers in ANSWERS.values():
        assert set(answers) <= set(WANTED)


def test_as_many_losses_are_compiled_by_torch_as_the_table_says():
    answer = ANSWERS["torch"]["compiled"]
    assert answer.words.startswith(f"{len(TRACED | UNTRACED)} losses: ")
    page = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    assert f"compile {len(TRACED | UNTRACED)} losses" in page


def test_the_losses_without_a_second_derivative_are_named():
    words = ANSWERS["JAX"]["second derivatives"].words
    without = {row.loss.__name__ for row in ROWS if not row.descends}
    assert set(re.findall("`(.*?)`", words)) == without


def test_what_is_not_answered_is_a_dash():
    line = next(x for x in support().splitlines() if x.startswith("| CuPy "))
    assert line.count("—") == len(WANTED) - 1
