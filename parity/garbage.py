"""How often garbage is looked for where thousands of programs are traced."""

import gc

__all__ = ["collect_seldom"]


def collect_seldom() -> None:
    """Leave what there is now to no collection of garbage, and collect less often.

    Tracing and drawing make thousands of small objects that live on, with few cycles
    among them: to look for these after each 700 takes an eighth of the time or more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
