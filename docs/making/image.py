"""A figure on a page: one file for each theme, of which one is seen."""

from docs.figures.palette import THEMES

__all__ = ["framed", "inline"]


def framed(words: str, path: str) -> str:
    """Return a figure by itself, in a frame that scrolls where it is narrow."""
    images = [
        f"```{{image}} {path}-{theme}.svg\n:alt: {words}\n:class: only-{theme}\n```"
        for theme in THEMES
    ]
    return "\n\n".join([":::{container} figure", *images, ":::"])


def inline(words: str, path: str) -> str:
    """Return a figure within a line."""
    return "".join(
        f"![{words}]({path}-{theme}.svg){{.only-{theme}}}" for theme in THEMES
    )
