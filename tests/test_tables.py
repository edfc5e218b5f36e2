"""The tables of the documentation are those that the figures give."""

import json

import pytest

from funloss._registry import LOSSES
from parity.collection import losses
from parity.tables import FIGURES, PAGES, filled

SUMMARY = json.loads(FIGURES.read_text())["summary"]

STARTS = {
    "README.md": [
        "<!-- reasons:start -->\n- **Checked:** ",
        "<!-- families:start -->\n- **Regression** (",
    ],
    "losses.md": [
        "<!-- losses:start -->\n### Audio\n\n| loss |",
        "<!-- parity-table:start -->\n| library | checks |",
    ],
    "libraries.md": ["<!-- losses-by-library:start -->\n| loss | array-api-strict |"],
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_written_from_the_figures(page):
    assert filled(page, SUMMARY) == page.read_text()
    for start in STARTS[page.name]:
        assert page.read_text().count(start) == 1


def test_the_figures_cover_every_loss_and_have_no_failure():
    assert {row["loss"] for row in SUMMARY} == set(losses())
    assert not any(row["failed"] for row in SUMMARY)


def test_every_loss_has_a_parity_case():
    assert set(losses()) == set(LOSSES)
