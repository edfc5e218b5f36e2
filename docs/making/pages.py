"""Where each public name has its page, and which family it belongs to."""

import funloss.testing
from funloss import _registry

__all__ = ["FAMILIES", "HELPERS", "LOSSES", "TESTING", "pages_from"]

LOSSES = list(_registry.LOSSES)
HELPERS = list(_registry.HELPERS)
TESTING = list(funloss.testing.__all__)
FAMILIES = {
    family: sorted(x.name for x in _registry.LOSSES.values() if x.family == family)
    for family in _registry.FAMILIES
}


def pages_from(folder: str = "") -> dict[str, str]:
    """Return the page of every public name, as seen from a folder of the site."""
    losses, api = ("losses/", "api.md") if not folder else ("", "../api.md")
    links = {name: f"{losses}{name}.md" for name in LOSSES}
    return links | {name: f"{api}#{name.lower()}" for name in HELPERS + TESTING}
