"""What else a page is called and looked for as: a line on it, entries of the search."""

import re
from collections.abc import Iterable, Iterator, Mapping

from docs.making.docstring import linked
from docs.making.pages import pages_from
from funloss._names import NOTES
from funloss._registry import LOSSES

__all__ = ["SOUGHT", "also_called", "entries"]

# What pages are looked for as, beyond their headings and the names in the register.
SOUGHT: Mapping[str, tuple[str, ...]] = {
    "losses/cross_entropy": (
        "label smoothing",
        "class weights",
        "padding mask",
        "channels last",
        "perplexity",
    ),
    "losses/binary_cross_entropy_with_logits": ("DPO", "class imbalance"),
    "losses/quantile_loss": ("quantile regression",),
    "losses/kl_div": ("ELBO", "VAE"),
    "losses/log_cosh_loss": ("pseudo-Huber",),
    "losses/categorical_td_loss": ("C51",),
    "numerics": ("mixed precision", "bfloat16", "float16"),
    "scaling": ("multi GPU", "multiple GPUs", "sharding", "data parallel"),
    "own-loss": ("custom loss",),
    "recipes": ("padding mask", "attention mask", "language model"),
}


def also_called(name: str) -> str:
    """Return the other names of a loss, those apart that are not quite the same."""
    others = LOSSES[name].other_names
    lines = [
        ("Also called: ", ", ".join(f"`{x}`" for x in others if x not in NOTES)),
        ("Related: ", "; ".join(_noted(others, name))),
    ]
    return "\\\n".join(head + names for head, names in lines if names)


def entries(page: str) -> str:
    """Return a directive that lets the search find a page by its other names."""
    loss = LOSSES.get(page.removeprefix("losses/"))
    terms = (*(loss.other_names if loss else ()), *SOUGHT.get(page, ()))
    found = ", ".join(f"! {term}" for term in dict.fromkeys(terms))
    return f"```{{index}} {found}\n```" if found else ""


def _noted(others: Iterable[str], name: str) -> Iterator[str]:
    """Yield the names that have one note, and the note, losses in it as links."""
    by_note: dict[str, list[str]] = {}
    for other in others:
        if other in NOTES:
            by_note.setdefault(NOTES[other], []).append(f"`{other}`")
    for note, names in by_note.items():
        words = note.removeprefix("it is ").replace(" here, which", ", which")
        words = words.replace("docs/coming-from.md", "[Coming from](../coming-from.md)")
        words = re.sub(r"\b\w+_\w+\b", r"`\g<0>`", words)
        yield f"{', '.join(names)} ({linked(words, pages_from('losses'), name)})"
