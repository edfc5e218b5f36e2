"""Where each public name has its page, and which family it belongs to."""

import funloss
import funloss.testing
from parity.collection import losses

__all__ = ["FAMILIES", "HELPERS", "LOSSES", "TESTING", "pages_from"]

LOSSES = losses()
HELPERS = [name for name in funloss.__all__ if name not in LOSSES]
TESTING = list(funloss.testing.__all__)


_ORDER = (
    "regression",
    "classification",
    "ranking",
    "embedding",
    "contrastive",
    "distribution",
    "sequence",
    "segmentation",
    "reinforcement",
)


def _families() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {family: [] for family in _ORDER}
    for name in sorted(LOSSES):
        found[getattr(funloss, name).__module__.split(".")[1]].append(name)
    return found


FAMILIES = _families()


def pages_from(folder: str = "") -> dict[str, str]:
    """Return the page of every public name, as seen from a folder of the site."""
    losses, api = ("losses/", "api.md") if not folder else ("", "../api.md")
    links = {name: f"{losses}{name}.md" for name in LOSSES}
    return links | {name: f"{api}#{name.lower()}" for name in HELPERS + TESTING}
