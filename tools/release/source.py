"""The checkout of a release: clean, and of one mind about its version."""

import re
import tomllib
from typing import Any

import yaml

from tools.release.step import Place, StepError, said

__all__ = ["declared", "tree", "version"]

# The heading of a version in CHANGELOG.md.
HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


def tree(place: Place) -> str:
    """Refuse what is not committed."""
    changes = said("git", "status", "--porcelain", cwd=place.root)
    if changes:
        msg = f"commit, ignore or remove first:\n{changes}"
        raise StepError(msg)
    return said("git", "log", "-1", "--format=%h %s", cwd=place.root).strip()


def version(place: Place) -> str:
    """Compare the version and the date of the files that state them."""
    project = declared(place)
    changes = (place.root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = HEADING.search(changes)
    newest = found.groups() if found else (None, None)
    citation = _citation(place)
    cited = (citation.get("version"), str(citation.get("date-released")))
    if newest[0] != project or newest[1] is None:
        msg = f"CHANGELOG.md begins with {newest}, pyproject.toml has {project}"
        raise StepError(msg)
    if cited != newest:
        msg = f"CITATION.cff has {cited}, CHANGELOG.md {newest}"
        raise StepError(msg)
    return f"{project} of {newest[1]}"


def declared(place: Place) -> str:
    """Return the version of the project."""
    text = (place.root / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["version"]


def _citation(place: Place) -> dict[str, Any]:
    text = (place.root / "CITATION.cff").read_text(encoding="utf-8")
    return yaml.safe_load(text)
