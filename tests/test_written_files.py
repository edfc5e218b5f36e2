"""Commands write files that are whole: interrupted, they leave the old one alone."""

import ast
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from funloss._command import INTERRUPTED, command, output_file, whole, write

ROOT = Path(__file__).parents[1]
FOLDERS = ("parity", "benchmarks", "tools", "docs", "examples", "funloss")
WRITERS = {"write_text", "write_bytes", "savefig", "print_png", "dump", "to_csv"}
WRITERS |= {"tofile", "savez", "savetxt"}
# A command that says when it is about to put a new file in its place, and waits there.
WAITING = """
import sys, time
from pathlib import Path

replace = Path.replace

def slow(new, path):
    print("writing", flush=True)
    time.sleep({seconds})
    return replace(new, path)

Path.replace = slow
"""
SMALL = """
from funloss._command import command, write

@command
def main():
    write(Path(sys.argv[1]), "new")
    return 0

sys.exit(main())
"""
PARITY = """
from parity.__main__ import main

words = ["--loss", "td_loss", "--library", "numpy", "--jobs", "1", "--full"]
sys.exit(main([*words, "--json", sys.argv[1]]))
"""
# Asks workers whether SIGTERM ends them at once, and not as it ends the command.
WORKERS = """
import signal, sys
from funloss._command import command
from parity.pool import run

def is_usual(_):
    return signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

@command
def main():
    usual = [found for _, found in run(is_usual, [(0,), (1,)], 2)]
    return int(usual != [True, True] or is_usual(0))

sys.exit(main())
"""


def started(program, *words):
    """Start a program of Python, with pipes from its output."""
    # A shell lets commands in the background ignore it, and so their processes.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    return process


def ended(process, number):
    """Send a signal while the file is written; return the status and what is said."""
    assert process.stdout.readline() == "writing\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize(
    ("number", "status", "left"),
    [
        (signal.SIGINT, INTERRUPTED, 0),
        (signal.SIGTERM, 128 + signal.SIGTERM, 0),
        # Nothing can be taken back.
        (signal.SIGKILL, -signal.SIGKILL, 1),
    ],
)
def test_a_signal_leaves_the_old_file(number, status, left, tmp_path):
    file = tmp_path / "figures.json"
    file.write_text("old")
    process = started(WAITING.format(seconds=60) + SMALL, str(file))
    found, said = ended(process, number)
    assert found == status
    assert "Traceback" not in said
    assert file.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1 + left


def test_without_a_signal_the_new_file_takes_the_place(tmp_path):
    file = tmp_path / "figures.json"
    file.write_text("old")
    process = started(WAITING.format(seconds=0) + SMALL, str(file))
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_parity_run_leaves_the_old_figures(tmp_path):
    file = tmp_path / "figures.json"
    old = json.dumps({"seed": None, "summary": [], "failures": []})
    file.write_text(old)
    process = started(WAITING.format(seconds=60) + PARITY, str(file))
    found, said = ended(process, signal.SIGINT)
    assert found == INTERRUPTED
    assert said.endswith("Interrupted: each file is whole, or as it was.\n")
    assert "Traceback" not in said
    assert file.read_text() == old
    assert list(tmp_path.iterdir()) == [file]


def alive(group):
    """Return the processes of a group that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if own == str(group) and state != "Z":
            found.append(stat.parent.name)
    return found


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="asks Linux for its processes"
)
def test_processes_of_a_parity_run_end_with_it(tmp_path):
    file = tmp_path / "figures.json"
    words = ["--full", "--loss", "ssim_loss", "--jobs", "2", "--json", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "parity", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while len(alive(process.pid)) < 3:
        assert time.monotonic() < until
        time.sleep(0.1)
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert b"Traceback" not in said
    assert alive(process.pid) == []
    assert list(tmp_path.iterdir()) == []


def test_workers_end_at_once_when_they_are_terminated():
    process = started(WORKERS)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_a_file_keeps_its_name_and_has_the_usual_permissions(tmp_path):
    file = tmp_path / "page.svg"
    with whole(file) as new:
        assert new.suffix == ".svg"
        new.write_text("new")
    (tmp_path / "other").write_text("")
    assert file.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_exception_leaves_the_old_file_and_no_other(tmp_path):
    file = tmp_path / "page.svg"
    write(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write(file, "new \ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_command_puts_the_handler_of_signals_back():
    before = signal.getsignal(signal.SIGTERM)
    seen = command(lambda: signal.getsignal(signal.SIGTERM))()
    assert signal.getsignal(signal.SIGTERM) == before != seen


def test_a_file_must_have_a_folder(tmp_path):
    assert output_file(str(tmp_path / "a.json")) == tmp_path / "a.json"
    for text in (str(tmp_path), str(tmp_path / "no" / "a.json"), ""):
        with pytest.raises(Exception, match="must be a file in a folder that exists"):
            output_file(text)


def writes(tree):
    """Yield the lines that write a file otherwise than by `write` or within `whole`."""
    inside = {
        id(x)
        for block in ast.walk(tree)
        if isinstance(block, ast.With)
        and any("whole(" in ast.unparse(item) for item in block.items)
        for x in ast.walk(block)
    }
    in_memory = {
        ast.unparse(x.targets[0])
        for x in ast.walk(tree)
        if isinstance(x, ast.Assign) and "StringIO()" in ast.unparse(x.value)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or id(call) in inside:
            continue
        if call.args and ast.unparse(call.args[0]) in in_memory:
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        words = [x.value for x in ast.walk(call) if isinstance(x, ast.Constant)]
        opened = name == "open" and {"w", "wb", "x", "a", "w+"} & {*map(str, words)}
        if opened or name in WRITERS:
            yield call.lineno


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_command_writes_a_file_in_another_way(folder):
    files = sorted((ROOT / folder).rglob("*.py"))
    sources = [x for x in files if not x.name.startswith("test_")]
    assert sources
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources
        for line in writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
