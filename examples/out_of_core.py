"""Average a loss over more pairs than fit into memory.

Dask cuts arrays into chunks and computes some at a time. A loss of dask arrays is a
dask array: nothing is computed before `compute`, and then chunk by chunk. A billion
pairs of float32 are 8 GB; the process stays below 1 GB.

Needs dask: python examples/out_of_core.py --elements 1000000000
"""

import argparse
import math
import resource
import sys
import time
from pathlib import Path

import dask.array as da
import numpy as np

import funloss

CHUNK = 1_000_000


def normal(elements, seed):
    """Return normal numbers that exist while their chunk is computed."""
    rng = da.random.default_rng(seed)
    return rng.standard_normal(elements, dtype=np.float32, chunks=CHUNK)


def peak():
    """Return the most memory that this process ever had, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (x for x in status.read_text().splitlines() if "VmHWM" in x)
        return int(line.split()[1]) / 1e3
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def main():
    """Print the value, what it has to be near to, and the peak of memory."""
    parser = argparse.ArgumentParser(description="Average a loss out of core.")
    parser.add_argument("--elements", type=int, default=100_000_000, metavar="N")
    elements = parser.parse_args().elements
    if elements < 1:
        parser.error(f"--elements must be at least 1, got {elements}")

    start = time.perf_counter()
    loss = funloss.l1_loss(normal(elements, 0), normal(elements, 1))
    value = float(loss.compute())
    seconds = time.perf_counter() - start

    # The difference of two standard normal numbers is 2 / sqrt(pi) in size.
    print(f"mean over {elements} pairs: {value:.6f}, expected: {2 / math.pi**0.5:.6f}")
    print(f"{elements * 8 / 1e6:.0f} MB of data, at most {peak():.0f} MB in memory")
    print(f"{seconds:.1f} s")


if __name__ == "__main__":
    main()
