"""What the site adds to the hand-written page of a loss."""

import inspect
from collections.abc import Iterator

import funloss
from docs.figures import FIGURES
from docs.making.checks import checks_of
from docs.making.departures import departures_of
from docs.making.docstring import linked, listed, parsed, signature
from docs.making.image import framed
from docs.making.names import also_called, entries
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
    """Return the page: what is needed to call the loss, what was written, the rest."""
    title, _, body = written.partition("\n")
    definition, head, use = body.partition("\n## ")
    parts = [
        title,
        entries(f"losses/{name}"),
        *_call(name),
        _section("Definition", definition.strip(), _in_words(name)),
        framed(_on_one_line(FIGURES[name].words), f"../_made/{name}", narrow=True),
        f"{head}{use}".strip(),
        *_reference(name),
    ]
    return "\n\n".join(part for part in parts if part)


def _call(name: str) -> Iterator[str]:
    """Yield the summary, the other names, the signature and the arguments."""
    loss = getattr(funloss, name)
    own, links = parsed(loss), pages_from("losses")
    yield f"*{own.summary}*"
    yield also_called(name)
    yield f"```{{py:function}} {name}{signature(loss)}\n:module: funloss\n```"
    options = real_options(inspect.unwrap(loss)).values()
    numbers = dict.fromkeys((option.name for option in options), _NUMBERS)
    yield _section("Arguments", listed(own.sections["Args"], links, name, numbers))
    yield f"**Returns** {linked(own.sections['Returns'], links, name)}"


def _in_words(name: str) -> str:
    return linked(
        parsed(getattr(funloss, name)).description, pages_from("losses"), name
    )


def _reference(name: str) -> Iterator[str]:
    own, links = parsed(getattr(funloss, name)), pages_from("losses")

    def text(section: str) -> str:
        return linked(own.sections.get(section, ""), links, name)

    yield _section("Errors", listed(own.sections["Raises"], links, name))
    yield _section("Accuracy", text("Numerics"), checks_of(name))
    yield _section("Departures from torch", text("Torch"), departures_of(name))
    yield _section("In other libraries", text("Peers"))
    yield _section("References", _cited(own.sections.get("References", "")))


def _section(head: str, *markdown: str) -> str:
    body = "\n\n".join(part for part in markdown if part)
    return f"## {head}\n\n{body}" if body else ""


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _cited(section: str) -> str:
    """Return one item a paper: a line that ends in a stop ends it."""
    papers, current = [], ""
    for line in section.splitlines():
        current = f"{current} {line.strip()}".strip()
        if current.endswith("."):
            papers.append(f"- {current}")
            current = ""
    return "\n".join(papers + ([f"- {current}"] if current else []))
