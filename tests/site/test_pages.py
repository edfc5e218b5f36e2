"""Every public name has its page, and every page is whole."""

import ast
import builtins
import doctest
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import funloss as fl
import funloss.testing
from docs.figures import FIGURES
from docs.making.figures import EXAMPLES
from docs.making.pages import HELPERS, LOSSES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)
OF_LOSSES = sorted((DOCS / "losses").glob("*.md"))
SECTIONS = ["When to use it", "When not", "By hand", "In JAX", "In NumPy", "In PyTorch"]
WRONG_PEERS = (DOCS / "wrong-peers.md").read_text(encoding="utf-8")
# Fences whose text is run elsewhere, or is no code.
EXEMPT = {
    # tests/test_coming_from.py runs them
    "coming-from.md": ["python"],
    "coming-from-contrastive.md": ["python"],
    "coming-from-forecasting.md": ["python"],
    "coming-from-sequences.md": ["python"],
    "coming-from-trl.md": ["python"],
    "coming-from-vision.md": ["python"],
    # parity/test_peers.py runs them, and a job of its own those of other packages
    "wrong-peers.md": ["python"] * WRONG_PEERS.count("\n```python\n"),
    # what the examples print, compared by their test
    "which-loss.md": ["text"] * len(EXAMPLES),
}
LOADED = re.compile(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(\w+:)')
ADDRESS = re.compile(r"""url\(["']?(?!data:)([^"')]+)""")
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_loss_has_a_page_and_a_figure():
    assert [page.stem for page in OF_LOSSES] == sorted(LOSSES)
    assert sorted(FIGURES) == sorted(LOSSES)
    assert set(LOSSES) | set(HELPERS) == set(fl.__all__)


@pytest.mark.parametrize("page", OF_LOSSES, ids=lambda page: page.stem)
def test_the_page_of_a_loss_has_its_parts(page):
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}\n")
    assert text.index("$$") < text.index("## ")
    assert re.findall("^## (.*)$", text, re.MULTILINE) == SECTIONS
    for library in ("numpy", "jax", "torch"):
        assert re.search(rf"^>>> import {library}\b", text, re.MULTILINE)
    assert len(re.findall(rf"\bfl\.{page.stem}\b", text)) >= 4


@pytest.mark.parametrize("page", OF_LOSSES, ids=lambda page: page.stem)
def test_each_example_of_a_loss_can_be_copied_alone(page):
    for kind, session in FENCE.findall(page.read_text(encoding="utf-8")):
        assert kind == "pycon"
        assert not missing(session)


def missing(session):
    """Return the names that a session uses and does not make itself."""
    examples = doctest.DocTestParser().get_examples(session)
    nodes = list(ast.walk(ast.parse("".join(x.source for x in examples))))
    made = {n.id for n in nodes if isinstance(n, ast.Name) and is_stored(n)}
    made |= {n.asname or n.name for n in nodes if isinstance(n, ast.alias)}
    made |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    made |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    used = {n.id for n in nodes if isinstance(n, ast.Name)}
    return used - made - set(vars(builtins))


def is_stored(name):
    return isinstance(name.ctx, ast.Store)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_code_is_run(page):
    found = []
    for kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
        directive = kind.startswith("{")
        session = kind in {"pycon", "python"} and text.startswith(">>> ")
        if not (directive or session or kind == "bash"):
            found.append(kind)
        assert "+SKIP" not in text
    assert found == EXEMPT.get(page.name, [])


class Page(HTMLParser):
    """What a page names, links to and shows."""

    def __init__(self, path):
        """Read a page."""
        super().__init__()
        self.anchors, self.links, self.images = set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Keep what matters of a tag."""
        found = dict(attrs)
        self.anchors.add(found.get("id"))
        # Pages, and what a page is drawn with: styles, scripts, pictures.
        for kind in ("href", "src"):
            if found.get(kind):
                self.links.append(found[kind])
        if tag == "img":
            self.images.append(found)


@pytest.fixture(scope="module")
def built(site):
    """Return every page of the site by its path."""
    return {path: Page(path) for path in site.rglob("*.html")}


def test_internal_links_resolve(site, built):
    missing, checked = [], 0
    for path, page in built.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme:
                continue
            target = (path.parent / unquote(address.path)).resolve()
            target = path if not address.path else target
            checked += 1
            anchored = target.suffix != ".html" or not address.fragment
            if not target.exists() or not (
                anchored or unquote(address.fragment) in built[target].anchors
            ):
                missing.append((path.relative_to(site), link))
    assert not missing
    assert checked > 10_000


def test_styles_name_files_that_exist(site):
    named = 0
    for style in (site / "_static").rglob("*.css"):
        for link in ADDRESS.findall(style.read_text(encoding="utf-8")):
            assert (style.parent / urlsplit(link).path).exists(), (style, link)
            named += 1
    assert named
    assert (site / "_static" / "fonts" / "OFL.txt").exists()


def test_images_exist_and_have_alternative_text(built):
    shown = 0
    for path, page in built.items():
        for image in page.images:
            assert image.get("alt", "").strip(), (path, image)
            assert (path.parent / image["src"]).resolve().exists(), (path, image)
            shown += 1
    assert shown >= 6 * len(LOSSES)


@pytest.mark.parametrize("name", sorted({*HELPERS, *funloss.testing.__all__}))
def test_what_is_no_loss_is_described(name, site, built):
    page = site / "api.html"
    assert any((anchor or "").endswith(f".{name}") for anchor in built[page].anchors)


def test_nothing_comes_from_elsewhere(built):
    for path in built:
        text = path.read_text(encoding="utf-8")
        assert not LOADED.findall(text), path
