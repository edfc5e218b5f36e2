"""Each page of a loss has its parts in one order, what a call needs at the top."""

import re

import pytest

from docs.making.pages import FAMILIES, LOSSES, ORDER
from funloss._names import NOTES
from funloss._registry import LOSSES as REGISTER

FIRST = ["Arguments", "Definition", "When to use it", "When not", "By hand"]
THEN = ["In JAX", "In NumPy", "In PyTorch", "Errors", "Accuracy"]
MAYBE = ["Departures from torch", "In other libraries", "References"]
HEADING = re.compile(r"<h2>(.*?)<a class=\"headerlink\"")


def article(site, name):
    html = (site / "losses" / f"{name}.html").read_text(encoding="utf-8")
    whole = html[html.index("<article") : html.index("</article>")]
    return whole.replace("<wbr>", "")


@pytest.mark.parametrize("name", LOSSES)
def test_a_page_begins_with_what_a_call_needs(site, name):
    html = article(site, name)
    others = REGISTER[name].other_names
    parts = [
        f"<h1>{name}<a",
        "><em>",
        "Also called: " if set(others) - set(NOTES) else "",
        "Related: " if set(others) & set(NOTES) else "",
        f'id="funloss.{name}"',
        "<h2>Arguments<a",
        "<strong>Returns</strong>",
        "<h2>Definition<a",
        '<div class="formula">',
        'class="figure',
        "<h2>When to use it<a",
    ]
    places = [html.index(part) for part in parts if part]
    assert places == sorted(places)
    called = html[: html.index('id="funloss.')]
    assert all(f'<span class="pre">{other}</span>' in called for other in others)


@pytest.mark.parametrize("name", LOSSES)
def test_sections_of_a_page_are_in_order(site, name):
    found = HEADING.findall(article(site, name))
    rest = found[len(FIRST + THEN) :]
    assert found[: len(FIRST + THEN)] == FIRST + THEN
    assert rest == [head for head in MAYBE if head in rest]


def test_the_order_of_losses_names_each_once():
    assert len(set(ORDER)) == len(ORDER)
    assert set(ORDER) <= set(LOSSES)
    assert sorted(x for names in FAMILIES.values() for x in names) == sorted(LOSSES)
    assert FAMILIES["regression"].index("mse_loss") == 0


def test_the_gallery_shows_the_order_and_leads_to_each_family(site):
    html = (site / "index.html").read_text(encoding="utf-8")
    cards = html[html.index('class="gallery') :]
    shown = re.findall(
        r'<a class="reference internal" href="losses/(\w+)\.html"', cards
    )
    assert shown == [name for names in FAMILIES.values() for name in names]
    jumps = re.findall(r"#gallery-(\w+)", html[html.index("Jump to: ") :])
    assert jumps[: len(FAMILIES)] == list(FAMILIES)
    assert all(f'id="gallery-{family}"' in html for family in FAMILIES)
