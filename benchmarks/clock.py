"""Time candidates in turns, by the processor's clock."""

import gc
import math
import time
from collections.abc import Mapping

from benchmarks.case import OURS, Call

__all__ = ["AGAIN", "interleaved"]

AGAIN = f"{OURS} again"
"""A second entry of the same call: whatever sets it apart from the first is noise."""


def interleaved(
    calls: Mapping[str, Call], rounds: int, least: float
) -> dict[str, list[float]]:
    """Return the seconds of one call, a round each, by candidate.

    All candidates take their turn in each round, in reverse every other round, so
    that a machine that slows down is slow for all of them. A turn repeats a quick
    call until about `least` seconds have passed.
    """
    # Where times need not last, nobody looks at them: a collection takes longer.
    if least > 0:
        gc.collect()
    gc.disable()
    turns = {**calls, AGAIN: calls[OURS]}
    repeats = {name: _repeats(call, least) for name, call in calls.items()}
    repeats[AGAIN] = repeats[OURS]
    seconds = {name: [] for name in turns}
    for k in range(rounds):
        for name in reversed(turns) if k % 2 else turns:
            seconds[name].append(_turn(turns[name], repeats[name]))
    gc.enable()
    return seconds


def _repeats(call: Call, least: float) -> int:
    if call.prepare:
        return 1
    # The resolution of the clock is far below a microsecond; a call takes longer.
    return max(1, math.ceil(least / max(_turn(call, 1), 1e-6)))


def _turn(call: Call, repeats: int) -> float:
    if call.prepare:
        call.prepare()
    start = time.process_time()
    for _ in range(repeats):
        call.run()
    return (time.process_time() - start) / repeats
