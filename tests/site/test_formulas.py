"""Formulas are drawn with a font that has large operators and braces that grow."""

import pytest

# The height of what is drawn, in units of the size of its font.
HEIGHT = """
const element = arguments[0];
const size = parseFloat(getComputedStyle(element).fontSize);
return element.getBoundingClientRect().height / size;
"""
LOADED = """
const done = arguments[0];
const font = "16px 'STIX Two Math'";
document.fonts.load(font).then((found) => done(found.length), () => done(0));
"""
LEFTS = """
return [...document.querySelectorAll(".formula mtable")].flatMap((table) => {
  const cells = [...table.querySelectorAll(":scope > mtr > mtd:first-child")];
  const left = cells.map((cell) => cell.firstElementChild.getBoundingClientRect().left);
  return Math.max(...left) - Math.min(...left);
});
"""


def operators(chrome, sign):
    found = chrome.find_elements("css selector", ".formula mo")
    return [x for x in found if x.get_attribute("textContent") == sign]


@pytest.fixture
def drawn(chrome, site):
    """Return a function that opens a page and waits for its font."""

    def opened(page):
        chrome.get((site / f"{page}.html").as_uri())
        assert chrome.execute_async_script(LOADED) == 1

    return opened


def test_a_formula_is_drawn(chrome, drawn):
    drawn("losses/huber_loss")
    (formula,) = chrome.find_elements("css selector", ".formula math")
    assert formula.size["height"] > 30
    assert "δ" in formula.text


def test_a_sum_is_large(chrome, drawn):
    drawn("losses/entmax_loss")
    heights = [chrome.execute_script(HEIGHT, x) for x in operators(chrome, "∑")]
    assert heights
    assert min(heights) > 1.2


def test_a_brace_spans_its_three_lines(chrome, drawn):
    drawn("losses/binary_sparsemax_loss")
    (brace,) = operators(chrome, "{")
    (table,) = chrome.find_elements("css selector", ".formula mtable")
    assert len(table.find_elements("css selector", "mtr")) == 3
    assert chrome.execute_script(HEIGHT, brace) > 2 * 1.2
    assert brace.size["height"] >= 0.9 * table.size["height"]


def test_cases_are_aligned_on_the_left(chrome, drawn):
    for loss in ("huber_loss", "binary_sparsemax_loss", "ppo_clip_loss"):
        drawn(f"losses/{loss}")
        (apart,) = chrome.execute_script(LEFTS)
        assert apart < 1
