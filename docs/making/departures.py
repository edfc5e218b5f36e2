"""Where funloss answers otherwise than torch, from the tested table of deviations."""

from collections.abc import Mapping

from docs.making.pages import FAMILIES
from parity.deviations import DEVIATIONS
from parity.page import deviation_words

__all__ = ["departures", "departures_of"]


def departures_of(name: str) -> str:
    """Return the calls of one loss that the two answer differently."""
    own = [deviation_words(row) for row in DEVIATIONS if row.loss == name]
    return "\n\n".join(_item(words) for words in own)


def departures() -> str:
    """Return those of every loss, a family in each part that opens on a click."""
    parts = []
    for family, names in FAMILIES.items():
        own = {name: text for name in names if (text := departures_of(name))}
        if own:
            count = sum(row.loss in own for row in DEVIATIONS)
            rows = [f"**[{name}](losses/{name}.md)**\n\n{x}" for name, x in own.items()]
            head = f"<details>\n<summary>{family.capitalize()}: {count}</summary>"
            parts += [head, *rows, "</details>"]
    return "\n\n".join(parts)


def _item(words: Mapping[str, str]) -> str:
    rest = [f"  - {head}: {_plain(x)}" for head, x in words.items() if head != "call"]
    return "\n".join([f"- `{words['call']}`", *rest])


def _plain(text: str) -> str:
    """Return the text with what Markdown would read as its own taken literally."""
    return "".join(f"\\{c}" if c in "[]<>*_`|$\\" else c for c in text)
