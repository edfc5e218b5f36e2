"""Places where a long name may break: after its underscores, and nowhere else."""

import re
from typing import Any

from sphinx.application import Sphinx

__all__ = ["breakable", "setup"]

# What is copied or drawn as it stands; a tag; or an underscore within a name.
_PART = re.compile(
    r"<(pre|math|script|style|textarea|title)\b.*?</\1>|<[^>]*>|(?<=\w)_(?=\w)",
    re.DOTALL,
)


def breakable(html: str) -> str:
    """Return the text with a break allowed after each underscore within a name."""
    return _PART.sub(lambda part: "_<wbr>" if part[0] == "_" else part[0], html)


def setup(app: Sphinx) -> dict[str, bool]:
    """Change the page and the lists of pages beside it, once the theme made them."""
    app.connect("html-page-context", _changed, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _changed(app: Sphinx, page: str, template: str, context: dict[str, Any], *_: Any):
    for part in ("body", "toc", "furo_navigation_tree"):
        if context.get(part):
            context[part] = breakable(context[part])
