"""Run the checks of a mutant on a copy of the repository, in a process of their own.

The processes are copies of one that has imported the libraries, but nothing of the
repository, so that a check takes what the tests take. Nothing is kept between them, so
no program that was compiled before can hide a mutant.
"""

import importlib
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, NamedTuple

from funloss._command import write
from tools.mutants.mutations import Mutant, changed
from tools.mutants.selection import Check

__all__ = ["Outcome", "Tree", "context"]

# Seconds of the processor, and of the clock, that one check may take: far more than
# any takes without a mutant, also on a slow machine.
SECONDS, WALL = 240, 1800
# Bytes of memory.
MEMORY = 12 << 30
LIBRARIES = (
    *("numpy", "scipy.special", "scipy.stats", "jax", "jax.numpy", "torch", "sympy"),
    *("jax.experimental.multihost_utils", "torch._dynamo", "array_api_strict"),
    *("array_api_compat.torch", "array_api_compat.dask.array", "dask.array"),
    *("distributed", "pytest", "hypothesis", "jinja2", "ml_dtypes", "rich.console"),
    "tools.mutants.frozen",
)
# What a copy of the repository has, and this process may have from elsewhere.
_OURS = {"conftest", "funloss", "parity", "tests", "tools", "docs", "benchmarks"}


class Outcome(NamedTuple):
    """What became of a mutant: ``killed``, ``timeout`` or ``survived``."""

    status: str
    # What saw it.
    by: str


def context() -> ForkServerContext:
    """Return how to start processes: with the libraries, not yet used."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(LIBRARIES))
    return found


class Tree:
    """A copy of what git tracks or would, in which one mutant stands at a time."""

    def __init__(
        self, root: Path, processes: ForkServerContext, seconds: int = SECONDS
    ) -> None:
        """Copy the files of a repository."""
        self.seconds = seconds
        self._temporary = tempfile.TemporaryDirectory(prefix="mutants-")
        self.path = Path(self._temporary.name)
        self.processes = processes
        self._written = 0
        command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
        found = subprocess.run(command, cwd=root, check=True, capture_output=True)
        for name in filter(None, found.stdout.decode().split("\0")):
            if (root / name).is_file():
                (self.path / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, self.path / name)

    def __enter__(self) -> "Tree":
        """Return the copy."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the copy."""
        self._temporary.cleanup()

    def run(self, mutant: Mutant, checks: Iterable[Check]) -> Outcome:
        """Return what the checks say of a mutant; then the file is as before."""
        path = self.path / mutant.file
        before, times = path.read_text(encoding="utf-8"), path.stat()
        write(path, changed(before, mutant))
        # Bytecode counts as new by time and size of its source.
        self._written += 1
        os.utime(path, (times.st_atime, times.st_mtime + self._written))
        try:
            return self.judge(checks)
        finally:
            write(path, before)
            os.utime(path, (times.st_atime, times.st_mtime))

    def judge(self, checks: Iterable[Check]) -> Outcome:
        """Return what the first check says that fails, of the files as they are."""
        for check in checks:
            log = self.path / "build" / "check.log"
            log.parent.mkdir(exist_ok=True)
            process = self.processes.Process(
                target=_check, args=(str(self.path), check, str(log), self.seconds)
            )
            process.start()
            process.join(WALL)
            if process.is_alive():
                process.kill()
                process.join()
            if process.exitcode in {-signal.SIGXCPU, -signal.SIGKILL}:
                return Outcome("timeout", check.command)
            if process.exitcode and check.command == "parity":
                return Outcome("killed", "parity")
            if process.exitcode:
                words = log.read_text(encoding="utf-8", errors="replace")
                return Outcome("killed", f"{check.command}: {_reason(words)}")
        return Outcome("survived", "")


def _reason(words: str) -> str:
    """Return the first line that names a failure, or the last one."""
    lines = [line.strip() for line in words.splitlines() if line.strip()] or [""]
    named = [x for x in lines if x.startswith(("FAILED", "ERROR"))]
    return (named or lines[-1:])[0][:300]


def _check(tree: str, check: Check, log: str, seconds: int = SECONDS) -> None:
    """Run one check in this process, which it ends."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for name in [x for x in sys.modules if x.partition(".")[0] in _OURS]:
        del sys.modules[name]
    sys.dont_write_bytecode = False
    os.chdir(tree)
    os.environ["PYTHONPATH"] = tree
    sys.path.insert(0, tree)
    importlib.invalidate_caches()
    # Its settings of XLA are for parity as well.
    importlib.import_module("conftest")
    if not str(importlib.import_module("funloss").__file__).startswith(tree):
        sys.exit("funloss is not that of the copy")
    if check.command == "parity":
        main = importlib.import_module("parity.__main__").main
        losses = [x for name in check.arguments for x in ("--loss", name)]
        sys.exit(main(["--seed", "0", "--jobs", "1", *losses]))
    sys.exit(_pytest(check.arguments))


def _pytest(arguments: Iterable[str]) -> int:
    """Return the status of pytest, the first failure ends it."""
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    # It is imported already; its failures need no explanation.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    options += ["--hypothesis-seed=0", *arguments]
    main = importlib.import_module("pytest").main
    return int(main(options, plugins=[_QuickFirst()]))


class _QuickFirst:
    """What NumPy sees, JAX need not compile: its tests come last."""

    ORDER = ("numpy", "strict", "torch", "dask", "", "jax")

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Sort tests by the library in their names."""
        items.sort(key=lambda item: self._place(item.name.partition("[")[2]))

    def _place(self, name: str) -> int:
        found = [
            k for k, library in enumerate(self.ORDER) if library and library in name
        ]
        return max(found, default=self.ORDER.index(""))
