"""Run batches in worker processes."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from funloss.testing.harness import Check
from parity.check import check
from parity.collection import Batch
from parity.plan import Plan

__all__ = ["run"]

# One thread each: the arrays are tiny, and the processes share the cores. Machine
# code that runs once need not be optimised, nor go through the emitters of fusions,
# which take half of the time to compile; XLA rewrites as it always does. A test
# compiles every loss as users do.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": (
        "--xla_cpu_multi_thread_eigen=false --xla_backend_optimization_level=0"
        " --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
    ),
    "JAX_PLATFORMS": "cpu",
}


def run(plans: Mapping[Batch, Plan], jobs: int) -> Iterator[tuple[Batch, list[Check]]]:
    """Yield each batch with its checks, as they are done."""
    if jobs == 1:
        for batch, plan in plans.items():
            yield batch, _work(batch, plan)
        return
    os.environ.update({k: v for k, v in _ENVIRONMENT.items() if k not in os.environ})
    # Forking would copy the threads of torch and XLA half-way.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = {
            pool.submit(_work, batch, plan): batch for batch, plan in plans.items()
        }
        for done in as_completed(waiting):
            batch = waiting.pop(done)
            try:
                yield batch, done.result()
            except BrokenProcessPool as error:
                msg = f"a worker died, perhaps on {batch}; --jobs 1 shows where"
                raise RuntimeError(msg) from error


def _work(batch: Batch, plan: Plan) -> list[Check]:
    return check(batch.calls(), plan)
