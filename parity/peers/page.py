"""The page of all defects, made of records and of what their programs printed."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from parity.peers.record import Defect, Peer
from parity.tables import table

__all__ = ["PAGE", "entries", "page", "section", "sections"]

PAGE = "docs/wrong-peers.md"

_HEAD = Path(__file__).with_name("head.md")


def page(parts: Mapping[str, str]) -> str:
    """Return the page that has these sections, by package."""
    counts = {name: part.count("\n### ") for name, part in parts.items()}
    head = _HEAD.read_text(encoding="utf-8")
    head = head.format(count=sum(counts.values()), packages=len(parts))
    rows = []
    for name, part in parts.items():
        title = part.partition("\n")[0].removeprefix("## ")
        anchor = title.lower().replace(".", "").replace(" ", "-")
        rows.append([f"[{name}](#{anchor})", title.split()[-1], f"{counts[name]}"])
    head += table(["package", "version", "calls"], rows)
    return "\n".join([head, *parts.values()])


def sections(text: str) -> dict[str, str]:
    """Return the sections of a page by package."""
    _, *parts = text.split("\n## ")
    return {part.split()[0]: f"## {part.rstrip()}\n" for part in parts}


def section(peer: Peer, found: Mapping[str, Any]) -> str:
    """Return what the page says of a package."""
    made = map(_entry, peer.defects, found["defects"])
    return f"## {peer.package} {found['version']}\n\n" + "\n".join(made)


def entries(peer: Peer, part: str) -> list[str]:
    """Return the version and the entries, without numbers that another machine has."""
    version, *own = (text.strip() for text in part.split("\n### "))
    noise = {_title(defect) for defect in peer.defects if defect.noise}
    return [version, *(_settled(text, noise) for text in own)]


def _settled(entry: str, noise: Set[str]) -> str:
    title, *lines = entry.splitlines()
    if title in noise:
        lines = [line for line in lines if not line.startswith("| came |")]
    return "\n".join([title, *lines])


def _title(defect: Defect) -> str:
    return f"`{defect.call}`: {defect.asked}"


def _by_sentence(words: str) -> str:
    return words.replace(". ", ".\n")


def _entry(defect: Defect, outcome: Mapping[str, Any]) -> str:
    *lines, right = defect.right.strip().split("\n")
    source = f"`{right}`" if not lines else "the lines below"
    rows = [
        ["came", f"`{outcome['came']}`", "the program"],
        ["right", _shown(outcome["right"], defect.digits), source],
        ["funloss", _shown(outcome["ours"], defect.digits), f"`{defect.ours}`"],
    ]
    parts = [
        f"### {_title(defect)}",
        _by_sentence(defect.why),
        f"```python\n{defect.program.strip()}\n```",
        table(["", "", "from"], rows).rstrip(),
    ]
    if lines:
        parts.append(f"```python\n{defect.right.strip()}\n```")
    return "\n\n".join(parts) + "\n"


def _shown(numbers: Sequence[float], digits: int) -> str:
    # Adding 0 makes -0 a 0.
    return f"`{' '.join(f'{number + 0.0:.{digits}g}' for number in numbers)}`"
