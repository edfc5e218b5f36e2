"""The reference of what is public and no loss."""

import inspect
from collections.abc import Iterator
from typing import Any

import funloss
import funloss.testing.harness
from docs.making.docstring import Docstring, linked, listed, parsed, signature
from docs.making.pages import FAMILIES, HELPERS, TESTING, pages_from
from funloss.testing import strategies

__all__ = ["harness", "helpers", "losses", "testing"]


def losses() -> str:
    """Return the names of all losses, by family."""
    lines = []
    for family, names in FAMILIES.items():
        links = ", ".join(f"[`{name}`](losses/{name}.md)" for name in names)
        lines += [f"{family.capitalize()}", f": {links}", ""]
    return "\n".join(lines)


def helpers() -> str:
    """Return what losses are made with."""
    return "\n\n".join(_entry(getattr(funloss, name), "funloss") for name in HELPERS)


def testing() -> str:
    """Return the checks, then the strategies."""
    made = [_entry(getattr(funloss.testing, n), "funloss.testing") for n in TESTING]
    home = "funloss.testing.strategies"
    made += [_entry(getattr(strategies, name), home) for name in strategies.__all__]
    return "\n\n".join(made)


def harness() -> str:
    """Return what the harness is built of, as its docstring has it."""
    text = inspect.getdoc(funloss.testing.harness) or ""
    _, _, described = text.partition("\n\n")
    parts = []
    for block in described.partition("\nExamples:")[0].strip().split("\n\n"):
        head, *lines = block.splitlines()
        parts += [f"**{head.removesuffix(':')}**"]
        for line in lines:
            names, _, words = line.strip().partition(": ")
            parts += [f"{names}\n: {words[0].upper()}{words[1:]}"]
    return "\n\n".join(parts)


def _entry(public: Any, module: str) -> str:
    name = public.__name__
    kind = "class" if inspect.isclass(public) else "function"
    arguments = "" if kind == "class" else signature(public)
    head = f"```{{py:{kind}}} {name}{arguments}\n:module: {module}\n```"
    parts = [f"### {name}", head, *_body(name, parsed(public))]
    if kind == "class":
        parts += [_member(key, member) for key, member in _members(public)]
    return "\n\n".join(part for part in parts if part)


def _body(name: str, own: Docstring) -> Iterator[str]:
    links = pages_from()
    yield linked(own.summary, links, name)
    yield linked(own.description, links, name)
    for head, words in (("Attributes", "Attributes"), ("Args", "Arguments")):
        if head in own.sections:
            yield f"**{words}**"
            yield listed(own.sections[head], links, name)
    if "Returns" in own.sections:
        yield f"**Returns** {linked(own.sections['Returns'], links, name)}"
    if "Raises" in own.sections:
        yield "**Errors**"
        yield listed(own.sections["Raises"], links, name)
    if "Examples" in own.sections:
        yield f"```pycon\n{own.sections['Examples']}\n```"


def _members(public: type) -> Iterator[tuple[str, Any]]:
    for key, member in vars(public).items():
        shown = inspect.isfunction(member) or isinstance(member, property)
        if shown and not key.startswith("_"):
            yield key, member


def _member(key: str, member: Any) -> str:
    return f"`{key}{'()' if callable(member) else ''}`\n: {parsed(member).summary}"
