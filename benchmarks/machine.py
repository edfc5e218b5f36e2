"""On what the figures were taken."""

import ctypes
import importlib.metadata
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["description", "give_memory_back", "one_thread"]

# Read when the libraries are imported, hence set for a process of its own.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NPROC": "1",
    "JAX_PLATFORMS": "cpu",
    "KERAS_BACKEND": "jax",
    # Freed memory stays with the process: the system's zeroing of new pages would take
    # as long as a loss, and fall to one call or another by chance. No array has pages
    # of its own, which would go back: a threshold may be 32 MB at most.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
}
_XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def one_thread(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` for one thread and kept memory; flags for XLA stay."""
    flags = f"{environment.get('XLA_FLAGS', '')} {_XLA}".strip()
    return {**environment, **_ONE_THREAD, "XLA_FLAGS": flags}


def give_memory_back() -> None:
    """Return freed memory to the system: other sizes may not fit into its pieces."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def description() -> dict[str, str]:
    """Return the processor, the versions and the day."""
    libraries = ("jax", "jaxlib", "numpy", "torch", "optax", "keras")
    return {
        "processor": _processor(),
        "cores": f"{os.cpu_count()}, of which one is used",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in libraries},
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor()
