"""The figures of the losses: lines are named, words are those of the field."""

import re
from xml.etree import ElementTree as ET

import pytest

from docs.figures.palette import SERIES
from docs.making.pages import LOSSES
from tests.site.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
# Whose lines and points are named where they are.
NAMED_BESIDE = {"pdist", "triplet_margin_loss"}
# A line has a slope; a loss has a derivative or a gradient, and is no cost.
OTHER_WORDS = re.compile(r"\bcosts?\b|(?<!line of )(?<!lines of )\bslopes?\b", re.I)


@pytest.fixture(scope="module")
def drawn(site):
    """Return a function that reads the figure of a loss, as a width shows it."""
    made = ROOT / "docs" / "_made"
    return lambda name, ending="": ET.parse(
        made / f"{name}{ending}-light.svg"
    ).getroot()


def groups(root, start):
    return [g for g in root.iter(f"{SVG}g") if (g.get("id") or "").startswith(start)]


def colours(axes):
    """Return the colours of the lines in a panel."""
    lines = [x for line in groups(axes, "line2d") for x in line.iter(f"{SVG}path")]
    found = {x for line in lines for x in re.findall(r"#\w{6}", line.get("style", ""))}
    return found & set(SERIES)


@pytest.mark.parametrize("ending", ["", "-narrow"])
@pytest.mark.parametrize("name", LOSSES)
def test_lines_of_several_colours_have_a_legend(drawn, name, ending):
    root = drawn(name, ending)
    several = any(len(colours(axes)) > 1 for axes in groups(root, "axes_"))
    assert not several or groups(root, "legend") or name in NAMED_BESIDE


@pytest.mark.parametrize("name", LOSSES)
def test_figures_use_the_words_of_the_field(drawn, site, name):
    written = [text.text or "" for text in drawn(name).iter(f"{SVG}text")]
    page = (site / "losses" / f"{name}.html").read_text(encoding="utf-8")
    described = re.findall(r'<img alt="([^"]*)"', page)
    assert described
    assert not OTHER_WORDS.findall(" ".join([*written, *described]))


@pytest.mark.parametrize("name", LOSSES)
def test_a_telephone_has_the_panels_below_each_other(drawn, name):
    root, wide = drawn(name, "-narrow"), drawn(name)
    width, height = (float(root.get(side).rstrip("pt")) for side in ("width", "height"))
    assert width == 259.2
    assert height >= 1.5 * width or len(groups(wide, "axes_")) == 1
