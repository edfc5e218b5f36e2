"""Every command refuses bad arguments: status 2, a message, and nothing written.

Commands are found: a module of the repository with a function `main`.
"""

import argparse
import ast
import importlib
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("parity", "benchmarks", "tools", "docs", "funloss")
EXAMPLES = ROOT / "examples"
# What a command needs at least, where that is anything.
TESTING = "funloss.testing.__main__"
ENOUGH = {
    TESTING: [
        *("funloss:l1_loss", "--reference", "torch.nn.functional:l1_loss"),
        *("--shape", "input=2", "--shape", "target=2", "--dtype", "float64"),
    ],
    "docs.figures.__main__": ["huber_loss", "--png", "figure.png"],
    "benchmarks.accelerator.run": ["--tiny"],
    "tools.load": ["--threads", "1"],
    "tools.new_loss": ["tilted_loss", "regression"],
}
BAD_WORDS = ("no such thing", "-1", "")
BAD_FILE = "no/such/folder/file.svg"


def imported(module):
    """Return a command; some of those that benchmarks compare with warn."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(module)


def has_main(path):
    """Tell whether a file is that of a command."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(x, ast.FunctionDef) and x.name == "main" for x in body)


def commands():
    """Return the modules of all commands."""
    files = [x for name in FOLDERS for x in sorted((ROOT / name).rglob("*.py"))]
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in files
        if has_main(path)
    ]


COMMANDS = commands()


class _Parser(Exception):  # noqa: N818 - no error: it brings the parser
    pass


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Run in an empty folder, which has to stay empty, and not for long."""
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGALRM, late)
    # A command that takes what it should refuse may compute for an hour.
    signal.alarm(240)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    assert list(tmp_path.rglob("*")) == []


def late(*_):
    """End a command that runs."""
    msg = "the arguments were not refused"
    raise TimeoutError(msg)


@pytest.fixture
def refused(capsys):
    """Return a function: what a command says when it refuses its arguments."""

    def of(module, *words):
        main = imported(module).main
        try:
            status = main([*words])
        except SystemExit as error:
            status = error.code
        out, err = capsys.readouterr()
        assert (status, out) == (2, ""), words
        assert "Traceback" not in err
        return err

    return of


def actions(module):
    """Return the arguments that a command takes, and those that exclude each other."""

    def found(parser, *_):
        raise _Parser(parser)

    with pytest.MonkeyPatch.context() as patch:
        main = imported(module).main
        patch.setattr(argparse.ArgumentParser, "parse_args", found)
        with pytest.raises(_Parser) as raised:
            main([])
    (parser,) = raised.value.args
    exclusive = [group._group_actions for group in parser._mutually_exclusive_groups]
    return [x for x in parser._actions if x.option_strings], exclusive


def bad_values(action):
    """Return values that an option may not have."""
    if getattr(action.type, "__name__", "").startswith("output_"):
        return BAD_FILE, ""
    # What takes any text still has to find something by it.
    return BAD_WORDS if action.type or action.choices else BAD_WORDS[:1]


def test_all_commands_are_found():
    assert len(COMMANDS) >= 11
    assert {"parity.__main__", "benchmarks.run", "tools.load"} < {*COMMANDS}


@pytest.mark.parametrize("module", COMMANDS)
def test_an_unknown_option_is_refused(module, refused):
    message = refused(module, *ENOUGH.get(module, ()), "--no-such-option")
    assert "--no-such-option" in message
    assert "usage: " in message


@pytest.mark.parametrize("module", COMMANDS)
def test_an_option_is_refused_without_a_value_or_with_a_bad_one(module, refused):
    enough = ENOUGH.get(module, [])
    for action in actions(module)[0]:
        flag = action.option_strings[-1]
        if action.nargs == 0:
            assert flag in refused(module, *enough, f"{flag}=1")
            continue
        assert flag in refused(module, *enough, flag)
        for value in bad_values(action):
            message = refused(module, *enough, f"{flag}={value}")
            assert flag.strip("-") in message, value
            assert (value or repr(value)) in message, flag


@pytest.mark.parametrize("module", COMMANDS)
def test_options_that_exclude_each_other_are_refused(module, refused):
    for group in actions(module)[1]:
        first, second = (
            [x.option_strings[-1], *(["1"] if x.nargs != 0 else [])] for x in group[:2]
        )
        message = refused(module, *first, *second)
        assert first[0] in message
        assert second[0] in message


@pytest.mark.parametrize(
    ("module", "words", "message"),
    [
        ("tools.load", [], "one of the arguments --threads --processes is required"),
        (
            "tools.load",
            ["--threads=2", "--minutes=inf"],
            "finite number > 0, got 'inf'",
        ),
        ("tools.new_loss", [], "required: name, family"),
        ("tools.new_loss", ["a_loss", "no"], "family must be one of regression"),
        ("docs.figures.__main__", ["no_loss", "--png=a"], "invalid choice: 'no_loss'"),
        ("docs.figures.__main__", ["huber_loss"], "required: --png"),
        ("benchmarks.run", ["--group=exact", "--group=no"], "invalid choice: 'no'"),
        ("parity.accuracy.__main__", ["--json=a", "b"], "unrecognized arguments: b"),
        (
            "funloss.testing.__main__",
            ["funloss:no"],
            "can be imported, got 'funloss:no'",
        ),
        (TESTING, ["funloss:l1_loss"], "required: --reference"),
        (
            TESTING,
            [*ENOUGH[TESTING], "--range=input=1"],
            "two numbers after NAME=, got",
        ),
        (TESTING, [*ENOUGH[TESTING], "--axis=input=x"], "a whole number after NAME="),
        (TESTING, [*ENOUGH[TESTING], "--classes=input=0"], "at least 1, got 0"),
        (
            TESTING,
            [*ENOUGH[TESTING], "--choose=input=x"],
            "must be numbers after NAME=",
        ),
        (TESTING, [*ENOUGH[TESTING], "--option=no"], "must be NAME=VALUE, got 'no'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(module, words, message, refused):
    assert message in refused(module, *words)


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "parity", "--jobs", "-1"],
        ["-m", "benchmarks", "--rounds", "0"],
        [".ci/run", "--no-such-option"],
        *(
            [f"examples/{path.name}", "--no-such-option"]
            for path in sorted(EXAMPLES.glob("[!_]*.py"))
            if "import argparse" in path.read_text(encoding="utf-8")
        ),
        ["examples/outliers.py", "--figure", "figure.docx"],
    ],
    ids=" ".join,
)
def test_a_process_ends_with_two(words):
    program = ["bash"] if words[0] == ".ci/run" else [sys.executable]
    done = subprocess.run(
        [*program, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert words[-1] in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
