"""Which of the pinned packages are not installed as pinned; quick to import."""

import importlib.metadata
import re
from pathlib import Path

__all__ = ["INSTALL", "pins", "unmet"]

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
INSTALL = "pip install --no-deps -r parity/packages/requirements.txt"


def pins() -> dict[str, str]:
    """Return the version of each package by name."""
    text = _REQUIREMENTS.read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w-]+)==(\S+)$", text, re.MULTILINE))


def unmet() -> str:
    """Return what is missing or has another version, and how to install it, or ""."""
    found = [f"{name} {_state(name, version)}" for name, version in pins().items()]
    wrong = [words for words in found if not words.endswith(" as pinned")]
    return f"{', '.join(wrong)}; to install: {INSTALL}" if wrong else ""


def _state(name: str, version: str) -> str:
    try:
        own = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{version} is not installed"
    return "is as pinned" if own == version else f"is {own} instead of {version}"
