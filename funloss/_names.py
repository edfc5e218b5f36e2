"""What to say to a name that the package does not have."""

import difflib

from funloss._registry import FAMILIES, HELPERS, LOSSES, NOTES

__all__ = ["advice"]


def advice(name: str) -> str:
    """Return the end of the message about a missing attribute, perhaps empty."""
    if name.startswith("_"):  # asked for by tools, not by people
        return ""
    if name in {"testing", *FAMILIES}:
        return f": import funloss.{name} first"
    notes = {_key(other): note for other, note in NOTES.items()}
    known = _known()
    key = _key(name)
    for found in (key, key.removesuffix("loss")):
        if found in notes:
            return f": {notes[found]}"
        if found in known:
            return f": it is {' or '.join(known[found])} here"
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.87)
    return f": did you mean {' or '.join(known[near[0]])}?" if near else ""


def _known() -> dict[str, list[str]]:
    """Return what each name is called here, its own name among them."""
    known = {_key(name): [name] for name in HELPERS}
    for loss in LOSSES.values():
        names = {_key(loss.name), _key(loss.name).removesuffix("loss")}
        for other in loss.other_names:
            # Other names may be short for what is no loss, such as softmax.
            names |= {_key(other)}
            names |= {_key(other).removesuffix("loss")} if other[0].isupper() else set()
        for name in names:
            known.setdefault(name, []).append(loss.name)
    return known


def _key(name: str) -> str:
    return name.lower().replace("_", "")
