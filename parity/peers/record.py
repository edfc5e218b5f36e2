"""The defects that are known of each package, as `defects/*.toml` have them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Defect", "Peer", "peer", "peers"]

_FOLDER = Path(__file__).with_name("defects")


@dataclass(frozen=True)
class Defect:
    """A call that gives a wrong number, or none.

    Attributes:
        call: What is called.
        asked: Of what, in a few words.
        why: What goes wrong, and where the right value comes from.
        program: All of the program that shows it.
        right: The right value, an expression of mpmath; its last line, if it has more.
        ours: The call of funloss, in the names of the program.
        digits: How many of them the page shows.
        noise: Whether another machine may get another wrong number.
    """

    call: str
    asked: str
    why: str
    program: str
    right: str
    ours: str
    digits: int = 5
    noise: bool = False


@dataclass(frozen=True)
class Peer:
    """A package, and the defects of it.

    Attributes:
        package: Its name, as it is installed.
        module: Its name, as it is imported.
        defects: In the order of the page.
    """

    package: str
    module: str
    defects: tuple[Defect, ...]


def peers() -> list[str]:
    """Return the names of all packages: torch first, then in the order of the page."""
    first = ("torch", "optax", "keras", "rax", "rlax", "jaxopt")
    found = {path.stem for path in _FOLDER.glob("*.toml")}
    return [name for name in first if name in found] + sorted(found - {*first})


def peer(package: str) -> Peer:
    """Return a package with its defects."""
    with (_FOLDER / f"{package}.toml").open("rb") as file:
        table = tomllib.load(file)
    module = table.get("module", package.replace("-", "_"))
    return Peer(package, module, tuple(Defect(**own) for own in table["defects"]))
