"""How XLA compiles the thousands of small programs of checks, which run once each."""

import importlib.metadata
import re
from typing import Any

__all__ = ["AS_BY_DEFAULT", "QUICK", "flags"]


def flags(jaxlib: str) -> tuple[str, dict[str, Any]]:
    """Return the flags of quick programs, and the options that undo them for counts.

    Machine code that runs once need not be optimised, nor go through the emitters of
    fusions, which take half of the time to compile; XLA rewrites as it always does. A
    test compiles every loss as users do.
    """
    quick = (
        "--xla_backend_optimization_level=0 --xla_cpu_parallel_codegen_split_count=1"
    )
    release = tuple(int(number) for number in re.findall(r"\d+", jaxlib)[:3])
    # XLA ends the process at a flag that it does not know; this one it has no more.
    if release > (0, 11, 0):
        return quick, {}
    emitters = "xla_cpu_use_fusion_emitters"
    return f"{quick} --{emitters}=false", {emitters: True}


QUICK, AS_BY_DEFAULT = flags(importlib.metadata.version("jaxlib"))
