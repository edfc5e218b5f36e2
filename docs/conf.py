"""The site: python -m sphinx -W -n -b html docs OUT, in the folder above this."""

import re
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx

import funloss
from docs.making import api, checks, departures, gallery, support
from docs.making.drawings import themed_drawings
from docs.making.figures import draw
from docs.making.image import framed
from docs.making.loss_page import completed
from docs.making.names import entries
from docs.making.pages import LOSSES
from parity.garbage import collect_seldom

project = "funloss"
author = copyright = "The funloss authors"
release = funloss.__version__

extensions = [
    "myst_parser",
    "sphinx_copybutton",
    "docs.making.breaks",
    "docs.making.mathml",
]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_made", "figures", "making"]
html_math_renderer = "mathml"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "funloss"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_search_scorer = str(Path(__file__).parent / "making" / "search.js")

# A figure that is drawn with the site, or given its themes there.
_IMAGE = re.compile(r"^!\[([^\]]*)\]\((?:_made/)?([\w-]+)\.svg\)$", re.MULTILINE)

# What stands in a page as a comment, and what it is replaced with.
PARTS: dict[str, Callable[[], str]] = {
    "gallery": gallery.gallery,
    "departures": departures.departures,
    "matrix": checks.matrix,
    "support": support.support,
    "losses": api.losses,
    "helpers": api.helpers,
    "testing": api.testing,
    "harness": api.harness,
}


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the made parts into a page as it is read."""
    folder, _, name = docname.rpartition("/")
    if folder == "losses" and name in LOSSES:
        source[0] = completed(name, source[0])
        return
    for part, made in PARTS.items():
        mark = f"<!-- made: {part} -->"
        if mark in source[0]:
            source[0] = source[0].replace(mark, made())
    source[0] = _IMAGE.sub(_themed, source[0])
    if found := entries(docname):
        title, _, body = source[0].partition("\n")
        source[0] = f"{title}\n\n{found}\n{body}"


def _themed(image: re.Match[str]) -> str:
    return framed(image[1], f"_made/{image[2]}")


def setup(app: Sphinx) -> None:
    """Draw first, then fill each page."""
    collect_seldom()
    docs = Path(__file__).parent
    app.connect("builder-inited", lambda _: draw(docs / "_made"))
    app.connect("builder-inited", lambda _: themed_drawings(docs, docs / "_made"))
    app.connect("source-read", fill)
