"""The site: python -m sphinx -W -n -b html docs OUT."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import funloss  # noqa: E402 - from this checkout
from docs.figures.palette import THEMES  # noqa: E402 - likewise
from docs.making import api, checks, departures, gallery  # noqa: E402 - likewise
from docs.making.figures import draw  # noqa: E402 - likewise
from docs.making.loss_page import completed  # noqa: E402 - likewise
from docs.making.pages import LOSSES  # noqa: E402 - likewise

project = "funloss"
author = copyright = "The funloss authors"
release = funloss.__version__

extensions = ["myst_parser", "sphinx_copybutton", "docs.making.mathml"]
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

# A figure that is drawn with the site.
_IMAGE = re.compile(r"!\[([^\]]*)\]\(_made/(\w+)\.svg\)")

# What stands in a page as a comment, and what it is replaced with.
PARTS: dict[str, Callable[[], str]] = {
    "gallery": gallery.gallery,
    "departures": departures.departures,
    "matrix": checks.matrix,
    "losses": api.losses,
    "helpers": api.helpers,
    "testing": api.testing,
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
    source[0] = _IMAGE.sub(_of_each_theme, source[0])


def _of_each_theme(image: re.Match[str]) -> str:
    words, name = image.groups()
    images = [
        f"![{words}](_made/{name}-{theme}.svg){{.only-{theme}}}" for theme in THEMES
    ]
    return "\n\n".join([":::{container} figure", *images, ":::"])


def setup(app: Sphinx) -> None:
    """Draw first, then fill each page."""
    app.connect("builder-inited", lambda _: draw(HERE / "_made"))
    app.connect("source-read", fill)
