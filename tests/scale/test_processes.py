"""Two processes with four devices each compute what one process does."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

ROOT = pathlib.Path(__file__).parents[2]
SECONDS = 90
BATCH, CLASSES, IGNORED = 16, 8, 255

# What each of two processes runs: the loss and its gradient, of rows on all devices
# and of classes on all devices.
PROGRAM = """
import json, sys
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import NamedSharding, PartitionSpec

port, number, path = sys.argv[1:]
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(
    f"127.0.0.1:{port}", num_processes=2, process_id=int(number),
    initialization_timeout=60,
)
assert jax.device_count() == 8 and jax.local_device_count() == 4

import funloss as fl
from tests.scale.test_processes import IGNORED, problem

mesh = jax.make_mesh((8,), ("all",), axis_types=(jax.sharding.AxisType.Auto,))
# This process gives its own half of the rows, or of the classes.
found = {}
for name, axis in (("rows", 0), ("classes", 1)):
    def spread(x, *parts):
        sharding = NamedSharding(mesh, PartitionSpec(*parts))
        if "all" in parts:
            x = np.split(x, 2, parts.index("all"))[int(number)]
        return jax.make_array_from_process_local_data(sharding, x)

    scores, labels = problem()
    scores = spread(scores, *("all" if k == axis else None for k in range(2)))
    labels = spread(labels, "all" if axis == 0 else None)
    value, derivative = jax.jit(
        jax.value_and_grad(lambda x, y: fl.cross_entropy(x, y, ignore_index=IGNORED))
    )(scores, labels)
    own = [[[[s.start, s.stop] for s in p.index], p.data.tolist()]
           for p in derivative.addressable_shards]
    found[name] = float(value), own
with open(path, "w") as file:
    json.dump(found, file)
"""


def problem():
    """Return scores, and labels of which the second half of rows ignores more."""
    scores = np.cos(np.arange(BATCH * CLASSES)).reshape(BATCH, CLASSES)
    labels = np.arange(BATCH) * 5 % CLASSES
    labels[[2, 9, 10, 11, 13, 14]] = IGNORED
    return scores, labels


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def run_together(program, arguments, seconds: float = SECONDS):
    """Run one process for each list of arguments; if one fails, end all at once.

    Raises:
        RuntimeError: A process failed, or the time is up; with what each said last.
    """
    environment = os.environ | {
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(ROOT),
        "XLA_FLAGS": "--xla_force_host_platform_device_count=4",
    }
    with tempfile.TemporaryDirectory() as folder:
        logs = [pathlib.Path(folder) / f"{k}.log" for k in range(len(arguments))]
        running = []
        try:
            for log, own in zip(logs, arguments, strict=True):
                with log.open("w") as file:
                    command = [sys.executable, "-c", program, *own]
                    running.append(
                        subprocess.Popen(command, env=environment, stderr=file)
                    )
            fault = _wait(running, time.monotonic() + seconds)
        finally:
            for process in running:
                process.kill()
                process.wait()
        if fault:
            tails = [
                f"process {k}: ...{log.read_text()[-2000:]}"
                for k, log in enumerate(logs)
            ]
            raise RuntimeError("\n".join([fault, *tails]))


def _wait(running, end):
    """Return what went wrong, as soon as something did."""
    while time.monotonic() < end:
        codes = [process.poll() for process in running]
        for number, code in enumerate(codes):
            if code:
                return f"process {number} ended with code {code}"
        if None not in codes:
            return None
        time.sleep(0.05)
    return "time is up"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Run the program in two processes and return what each found."""
    folder, port = tmp_path_factory.mktemp("processes"), str(free_port())
    paths = [folder / f"{number}.json" for number in range(2)]
    run_together(PROGRAM, [[port, str(k), str(path)] for k, path in enumerate(paths)])
    return [json.loads(path.read_text()) for path in paths]


@pytest.mark.parametrize("name", ["rows", "classes"])
def test_two_processes_compute_what_one_does(found, name):
    scores, labels = map(jnp.asarray, problem())
    value, derivative = jax.value_and_grad(
        lambda x: fl.cross_entropy(x, labels, ignore_index=IGNORED)
    )(scores)
    together = np.full(derivative.shape, np.nan)
    for got, parts in (each[name] for each in found):
        assert_close(got, value)
        assert len(parts) == 4
        for places, part in parts:
            together[tuple(slice(*place) for place in places)] = part
    assert_close(together, derivative, atol=1e-16)


WAIT = "import time; time.sleep(60)"


def test_a_process_that_dies_ends_the_other_and_is_shown():
    program = f"""
import sys
if sys.argv[1] == "1":
    sys.exit("out of memory, or so")
{WAIT}
"""
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="process 1 ended with code 1") as caught:
        run_together(program, [["0"], ["1"]])
    assert "process 1: ...out of memory, or so" in str(caught.value)
    assert time.monotonic() - start < 20


def test_processes_that_hang_are_ended():
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="time is up"):
        run_together(WAIT, [[], []], seconds=0.5)
    assert time.monotonic() - start < 20
