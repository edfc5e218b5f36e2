"""The site in a browser: on a telephone and a desktop, light and dark."""

import pytest

from tests.browser import CONTRAST, narrowed, opened, themed
from tests.site.test_pages import DOCS, PAGES

TELEPHONE = 390
# The theme scrolls what a page holds in a box of its own. The window is no measure: a
# telephone widens it to what it has to show.
WIDTH = """
const boxes = [document.documentElement, document.querySelector(".content")];
return Math.max(...boxes.map((box) => box.scrollWidth));
"""
LOOKED_AT = [
    "index",
    "which-loss",
    "getting-started",
    "coming-from",
    "api",
    "losses/huber_loss",
    "losses/ctc_loss",
]


@pytest.fixture(scope="module")
def chrome(site, tmp_path_factory):
    """Open the front page."""
    with opened(site / "index.html", tmp_path_factory.mktemp("browser")) as chrome:
        yield chrome


def visit(chrome, site, page):
    chrome.get((site / f"{page}.html").as_uri())


def test_no_page_scrolls_sideways_on_a_telephone(chrome, site):
    wide = {}
    with narrowed(chrome, TELEPHONE):
        for page in PAGES:
            name = page.relative_to(DOCS).with_suffix("").as_posix()
            visit(chrome, site, name)
            width = chrome.execute_script(WIDTH)
            if width > TELEPHONE:
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
def test_one_figure_is_seen_in_each_theme(chrome, site, scheme):
    visit(chrome, site, "losses/huber_loss")
    with themed(chrome, scheme):
        images = chrome.find_elements("css selector", ".figure img")
        seen = [x.get_attribute("src") for x in images if x.is_displayed()]
    assert [address.endswith(f"-{scheme}.svg") for address in seen] == [True]


def test_formulas_are_drawn(chrome, site):
    visit(chrome, site, "losses/huber_loss")
    (formula,) = chrome.find_elements("css selector", ".formula math")
    assert formula.size["height"] > 30
    assert "δ" in formula.text


def test_a_card_of_the_gallery_leads_to_its_page(chrome, site):
    visit(chrome, site, "index")
    chrome.find_element(
        "css selector", ".gallery a[href='losses/huber_loss.html']"
    ).click()
    assert chrome.current_url.endswith("losses/huber_loss.html")


def test_search_finds_a_loss(chrome, site):
    chrome.get((site / "search.html").as_uri() + "?q=huber_loss")
    chrome.implicitly_wait(10)
    assert chrome.find_element("css selector", "ul.search a[href*='huber_loss']")
    chrome.implicitly_wait(0)
