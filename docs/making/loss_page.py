"""What the site adds to the hand-written page of a loss."""

import inspect

import funloss
from docs.figures import FIGURES
from docs.making.checks import checks_of
from docs.making.departures import departures_of
from docs.making.docstring import linked, listed, parsed, signature
from docs.making.image import framed
from docs.making.pages import pages_from
from funloss._array.number import real_options

__all__ = ["completed"]

# What is said of each real option; the figure is that of the group "eager".
_NUMBERS = (
    "On JAX a new number compiles nothing; outside `jax.jit` a call with one takes up "
    "to twice as long as a jit of your own "
    "([calls](../getting-started.md#jit-and-vmap))."
)


def completed(name: str, written: str) -> str:
    """Return the page: summary and figure, what was written, then the reference."""
    title, _, body = written.partition("\n")
    return "\n\n".join([title, _head(name), body.strip(), _reference(name)])


def _head(name: str) -> str:
    summary = parsed(getattr(funloss, name)).summary
    words = " ".join(FIGURES[name].words.split())
    return f"*{summary}*\n\n{framed(words, f'../_made/{name}')}"


def _reference(name: str) -> str:
    loss = getattr(funloss, name)
    own = parsed(loss)
    links = pages_from("losses")

    def text(markdown: str) -> str:
        return linked(markdown, links, name)

    def section(head: str, *markdown: str) -> str:
        body = "\n\n".join(part for part in markdown if part)
        return f"### {head}\n\n{body}" if body else ""

    options = real_options(inspect.unwrap(loss)).values()
    numbers = dict.fromkeys((option.name for option in options), _NUMBERS)
    parts = [
        "## Reference",
        f"```{{py:function}} {name}{signature(loss)}\n:module: funloss\n```",
        text(own.description),
        section("Arguments", listed(own.sections["Args"], links, name, numbers)),
        section("Returns", text(own.sections["Returns"])),
        section("Errors", listed(own.sections["Raises"], links, name)),
        section("Numerics", text(own.sections.get("Numerics", ""))),
        section(
            "Departures from torch",
            text(own.sections.get("Torch", "")),
            departures_of(name),
        ),
        section("In other libraries", text(own.sections.get("Peers", ""))),
        section("Checked against torch", checks_of(name)),
        section("Papers", _cited(own.sections.get("References", ""))),
    ]
    return "\n\n".join(part for part in parts if part)


def _cited(section: str) -> str:
    """Return one item a paper: a line that ends in a stop ends it."""
    papers, current = [], ""
    for line in section.splitlines():
        current = f"{current} {line.strip()}".strip()
        if current.endswith("."):
            papers.append(f"- {current}")
            current = ""
    return "\n".join(papers + ([f"- {current}"] if current else []))
