"""A docstring as Markdown."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Docstring", "linked", "listed", "parsed", "signature"]

_HEAD = re.compile(r"^([A-Z][a-z]+):$")
_NAME = re.compile(r"(?<!`)`([\w.]+)`(?!`)")


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring.

    Attributes:
        summary: Its first line.
        description: What stands before the first section.
        sections: The text of each section by its head, its indent taken off.
    """

    summary: str
    description: str
    sections: Mapping[str, str]


def parsed(public: Any) -> Docstring:
    """Return the parts of the docstring of a public object."""
    summary, _, rest = (inspect.getdoc(public) or "").partition("\n")
    blocks: dict[str, list[str]] = {"": []}
    head = ""
    for line in rest.splitlines():
        if found := _HEAD.match(line):
            head = found[1]
            blocks[head] = []
        else:
            blocks[head].append(line)
    texts = {head: inspect.cleandoc("\n".join(lines)) for head, lines in blocks.items()}
    return Docstring(summary, texts.pop(""), texts)


def _entries(section: str) -> list[tuple[str, str]]:
    """Return the names in a section of arguments or errors, each with its text."""
    found: list[tuple[str, list[str]]] = []
    for line in section.splitlines():
        if line and not line.startswith(" "):
            name, _, text = line.partition(": ")
            found.append((name, [text]))
        elif line:
            found[-1][1].append(line.strip())
    return [(name, " ".join(lines)) for name, lines in found]


def linked(text: str, pages: Mapping[str, str], own: str = "") -> str:
    """Return the text with links from the names that have a page of their own."""

    def link(match: re.Match[str]) -> str:
        name = match[1].removeprefix("funloss.")
        if name == own or name not in pages:
            return match[0]
        return f"[`{match[1]}`]({pages[name]})"

    return _NAME.sub(link, text)


def listed(
    section: str,
    pages: Mapping[str, str],
    own: str = "",
    notes: Mapping[str, str] | None = None,
) -> str:
    """Return a section of arguments or errors as a list of definitions.

    `notes` has what is said of an argument besides.
    """
    return "\n\n".join(
        f"`{name}`\n: {linked(text, pages, own)} {(notes or {}).get(name, '')}".rstrip()
        for name, text in _entries(section)
    )


def signature(public: Any) -> str:
    """Return the arguments with their defaults."""
    found = inspect.signature(public)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in found.parameters.values()
    ]
    bare = found.replace(
        parameters=parameters, return_annotation=inspect.Signature.empty
    )
    return str(bare)
