"""A figure on a page: a file for each theme and width, of which one is seen."""

from docs.figures.palette import THEMES

__all__ = ["framed", "inline"]


def framed(words: str, path: str, *, narrow: bool = False) -> str:
    """Return a figure by itself, in a frame that scrolls where it is wider.

    If it is drawn `narrow` too, telephones show that one.
    """
    widths = {"": "wide", "-narrow": "narrow"} if narrow else {"": "any"}
    images = [
        f"```{{image}} {path}{ending}-{theme}.svg\n:alt: {words}\n"
        f":class: only-{theme} {width}\n:loading: lazy\n```"
        for ending, width in widths.items()
        for theme in THEMES
    ]
    return "\n\n".join([":::{container} figure", *images, ":::"])


def inline(words: str, path: str) -> str:
    """Return a figure within a line."""
    return "".join(
        f"![{words}]({path}-{theme}.svg){{.only-{theme}}}" for theme in THEMES
    )
