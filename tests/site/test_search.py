"""The search finds a page by what it is called elsewhere, among the first three."""

import pytest
from selenium.webdriver.support.wait import WebDriverWait

from tests.site.test_pages import DOCS

# What is looked for, and the page that has to be found.
FOUND = {
    "MAE": "losses/l1_loss",
    "BCE": "losses/binary_cross_entropy",
    "RMSE": "losses/mse_loss",
    "NLL": "losses/nll_loss",
    "InfoNCE": "losses/info_nce_loss",
    "SupCon": "losses/supcon_loss",
    "pinball": "losses/quantile_loss",
    "quantile regression": "losses/quantile_loss",
    "Charbonnier": "recipes",
    "Huber": "losses/huber_loss",
    "huber_loss": "losses/huber_loss",
    "DPO": "losses/binary_cross_entropy_with_logits",
    "ELBO": "losses/kl_div",
    "z-loss": "recipes",
    "label smoothing": "losses/smooth_labels",
    "class weights": "losses/cross_entropy",
    "padding mask": "recipes",
    "mixed precision": "recipes",
    "flax": "works-with/flax",
    "equinox": "works-with/equinox",
    "multi GPU": "scaling",
    "channels last": "losses/cross_entropy",
}
RESULTS = """
const finished = Search.title?.innerText === "Search Results";
const links = document.querySelectorAll("ul.search > li > a");
return finished ? [...links].map((link) => link.getAttribute("href")) : null;
"""


def results(chrome, site, query):
    """Return the addresses that a search lists, best first."""
    chrome.get(f"{(site / 'search.html').as_uri()}?q={query.replace(' ', '+')}")
    return WebDriverWait(chrome, 20, 0.1).until(lambda c: c.execute_script(RESULTS))


def unwritten(page):
    return pytest.mark.xfail(
        not (DOCS / f"{page}.md").exists(), reason="a page that is to be written"
    )


@pytest.mark.parametrize(
    ("query", "page"),
    [pytest.param(q, p, marks=unwritten(p), id=q) for q, p in FOUND.items()],
)
def test_a_page_is_among_the_first_three(chrome, site, query, page):
    found = results(chrome, site, query)
    assert any(address.split("#")[0] == f"{page}.html" for address in found[:3]), found


def test_a_short_word_is_looked_for_too(chrome, site):
    assert len(results(chrome, site, "q-lambda")) <= 10
    assert results(chrome, site, "q_lambda")[0] == "losses/q_learning_loss.html"


def test_each_loss_is_listed_once(chrome, site):
    found = results(chrome, site, "hinge")
    losses = [x.split("#")[0] for x in found if x.startswith("losses/")]
    assert len(losses) == len(set(losses)) >= 4
    assert found[0] == "losses/hinge_loss.html"
