"""The site in a browser: on a telephone and a desktop, light and dark."""

import pytest
from selenium.common.exceptions import ElementClickInterceptedException
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import CONTRAST, narrowed, themed
from tests.sampling import COMPILED, sampled
from tests.site.test_pages import DOCS, PAGES

TELEPHONE = 390
# The theme scrolls what a page holds in a box of its own. The window is no measure: a
# telephone widens it to what it has to show.
WIDTH = """
const boxes = [document.documentElement, document.querySelector(".content")];
return Math.max(...boxes.map((box) => box.scrollWidth));
"""
DESKTOP = 1280
# Words that are broken between two lines. Names in code count as the parts that end in
# an underscore, as there they may break; long formulas in code break where they must.
BROKEN = r"""
const found = [];
for (const element of arguments[0].flatMap((x) => [...document.querySelectorAll(x)])) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let text; (text = walker.nextNode()); )
    for (const word of text.data.matchAll(/[\p{L}\p{N}_]+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const tops = [...range.getClientRects()].map((box) => Math.round(box.top));
      if (new Set(tops).size > 1) found.push(word[0]);
    }
}
return found;
"""
NAMES = ["h1", "article td", ".gallery a", "article p a", ".sidebar-tree a"]
# What is cut off: wider than its box, which does not scroll.
CUT = """
const kinds = "article img, article table, article pre, .formula";
const shown = [...document.querySelectorAll(kinds)]
  .filter((x) => x.getClientRects().length);
const scrolls = (x) => ["auto", "scroll"].includes(getComputedStyle(x).overflowX);
const boxed = (x) => { while (x && !scrolls(x)) x = x.parentElement; return x; };
return shown.filter((x) => x.getBoundingClientRect().right > innerWidth && (
  !boxed(x) || boxed(x).classList.contains("content"))).map((x) => x.outerHTML);
"""
# Whether an image ends where its box does.
INSIDE = """
const image = arguments[0].getBoundingClientRect();
return image.right <= arguments[0].closest(".figure").getBoundingClientRect().right + 1;
"""
SIZE = """
const shown = document.querySelector("article " + arguments[0]);
return parseFloat(getComputedStyle(shown).fontSize);
"""
LOOKED_AT = [
    "index",
    "which-loss",
    "getting-started",
    "coming-from",
    "api",
    "losses/huber_loss",
    "losses/ctc_loss",
    "losses/cross_entropy",
    "losses/mean_squared_logarithmic_error",
    "performance",
]


def each_page():
    """Return the names of all pages; those of losses are alike, and are sampled."""
    for page in PAGES:
        name = page.relative_to(DOCS).with_suffix("").as_posix()
        marks = [sampled(name, one_in=COMPILED)] if name.startswith("losses/") else []
        yield pytest.param(name, marks=marks, id=name)


def visit(chrome, site, page):
    chrome.get((site / f"{page}.html").as_uri())


@pytest.mark.parametrize("page", [*each_page()])
def test_no_page_scrolls_sideways_on_a_telephone(chrome, site, page):
    with narrowed(chrome, TELEPHONE):
        visit(chrome, site, page)
        assert chrome.execute_script(WIDTH) <= TELEPHONE
        assert not chrome.execute_script(CUT)
        assert not chrome.execute_script(BROKEN, NAMES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_on_a_desktop(chrome, site, scheme):
    wide = {}
    with narrowed(chrome, DESKTOP, mobile=False), themed(chrome, scheme):
        for name in LOOKED_AT:
            visit(chrome, site, name)
            width = chrome.execute_script(WIDTH)
            if width > DESKTOP or chrome.execute_script(CUT):
                wide[name] = width
    assert not wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", LOOKED_AT)
def test_text_has_contrast(chrome, site, page, scheme):
    visit(chrome, site, page)
    with themed(chrome, scheme):
        least, text = chrome.execute_script(CONTRAST)
    assert least >= 4.5, text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("width", "kind"), [(DESKTOP, ""), (TELEPHONE, "-narrow")], ids=["wide", "narrow"]
)
def test_one_figure_is_seen_in_each_theme(chrome, site, width, kind, scheme):
    visit(chrome, site, "losses/huber_loss")
    with narrowed(chrome, width), themed(chrome, scheme):
        images = chrome.find_elements("css selector", ".figure img")
        seen = [x for x in images if x.is_displayed()]
        (address,) = (image.get_attribute("src") for image in seen)
        (box,) = (chrome.execute_script(INSIDE, image) for image in seen)
    assert address.endswith(f"huber_loss{kind}-{scheme}.svg")
    assert box


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["performance", "architecture"])
def test_a_drawing_beside_a_page_follows_the_theme(chrome, site, page, scheme):
    visit(chrome, site, page)
    with themed(chrome, scheme):
        images = chrome.find_elements("css selector", "article img")
        seen = [x.get_attribute("src") for x in images if x.is_displayed()]
    assert seen
    for address in seen:
        assert address.endswith(f"-{scheme}.svg")
        drawing = (site / "_images" / address.rsplit("/")[-1]).read_text("utf-8")
        assert "#ffffff" not in drawing
        assert "#000000" not in drawing or scheme == "light"


def test_headings_of_sections_are_smaller_than_the_title(chrome, site):
    visit(chrome, site, "losses/huber_loss")
    title, section = (chrome.execute_script(SIZE, tag) for tag in ("h1", "h2"))
    visit(chrome, site, "which-loss")
    below = chrome.execute_script(SIZE, "h3")
    assert below < section <= 0.75 * title


def test_a_card_of_the_gallery_leads_to_its_page(chrome, site):
    visit(chrome, site, "index")
    link = ".gallery a[href='losses/huber_loss.html']"
    card = chrome.find_element("css selector", link)
    # While pictures load and the page scrolls, the card may move from under a click.
    waiting = WebDriverWait(
        chrome, 30, ignored_exceptions=[ElementClickInterceptedException]
    )
    waiting.until(lambda _: card.click() is None)
    waiting.until(lambda c: c.current_url.endswith("losses/huber_loss.html"))
