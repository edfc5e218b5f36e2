"""All losses by their shapes."""

import funloss
from docs.making.docstring import parsed
from docs.making.image import inline
from docs.making.pages import FAMILIES

__all__ = ["gallery"]


def gallery() -> str:
    """Return links to the families, then a card for every loss by family."""
    links = (f"[{family.capitalize()}](#gallery-{family})" for family in FAMILIES)
    parts = [f"Jump to: {' · '.join(links)}"]
    for family, names in FAMILIES.items():
        cards = "\n".join(_card(name) for name in names)
        parts.append(
            f"(gallery-{family})=\n### {family.capitalize()}\n\n"
            f":::{{container}} gallery\n{cards}\n:::"
        )
    return "\n\n".join(parts)


def _card(name: str) -> str:
    summary = parsed(getattr(funloss, name)).summary
    sketch = inline(f"The shape of {name}", f"_made/{name}-sketch")
    return f"- [{sketch} `{name}`](losses/{name}.md) {summary}"
