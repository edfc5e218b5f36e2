"""The page of defects of other packages, and the command that makes it."""

import itertools
import math
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from parity.packages.pins import pins
from parity.peers import command
from parity.peers.judge import objection
from parity.peers.page import PAGE, page, section, sections
from parity.peers.record import Defect, Peer, peer, peers

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "examples" / "verify_peers.py"
SECTIONS = sections((ROOT / PAGE).read_text(encoding="utf-8"))
# Those of the extra `dev`; a job of its own has all others.
HERE = [name for name in peers() if name not in pins()]
HALF = Defect("half", "two", "It is 1.", "print(2.0)", "mpf(1)", "fl.half(2)")
KNOWN = Peer("halves", "halves", (HALF,))


def outcome(came="2.0", right=1.0, ours=1.0):
    return {"came": came, "right": [right], "ours": [ours]}


@pytest.fixture
def known(monkeypatch, tmp_path):
    """Make a page of one package with one defect, and return what its run gives."""
    found = {"version": "1.0", "defects": [outcome()]}
    monkeypatch.setattr(command, "peers", lambda: ["halves"])
    monkeypatch.setattr(command, "peer", {"halves": KNOWN}.get)
    monkeypatch.setattr(command, "_run", lambda _: found)
    path = tmp_path / "page.md"
    path.write_text(page({"halves": section(KNOWN, found)}), encoding="utf-8")
    return path, found


@pytest.mark.long
def test_programs_print_what_the_page_says():
    chosen = [word for name in HERE for word in ("--package", name)]
    done = subprocess.run(
        [sys.executable, SCRIPT, "--check", *chosen],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("wrong-peers.md is what a run gives.\n")
    assert HERE == ["torch", "optax", "keras", "rax", "rlax", "jaxopt"]


@pytest.mark.parametrize("name", peers())
def test_the_page_has_every_record(name):
    own = peer(name)
    titles, programs = {}, re.findall("```python\n(.*?)\n```", SECTIONS[name], re.S)
    for defect in own.defects:
        why = defect.why.replace(". ", ".\n")  # One sentence a line.
        title = f"### `{defect.call}`: {defect.asked}\n\n{why}\n"
        titles[title] = SECTIONS[name].count(title)
        assert defect.program.strip() in programs
        assert f"| `{defect.ours}` |" in SECTIONS[name]
        assert defect.right.strip() in SECTIONS[name]
    assert set(titles.values()) == {1}
    assert len(titles) == len(own.defects) == SECTIONS[name].count("\n### ")


@pytest.mark.parametrize("name", peers())
def test_a_program_imports_the_package_and_nothing_that_is_not_its_library(name):
    libraries = {"jax", "torch", "os"}
    for defect in peer(name).defects:
        imported = set(re.findall(r"^(?:import|from) (\w+)", defect.program, re.M))
        assert peer(name).module in imported
        assert imported <= libraries | {peer(name).module}
        assert "|" not in defect.ours + defect.right


def test_versions_are_those_that_are_asked_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = "\n".join(itertools.chain(*extras.values()))
    asked = dict(re.findall(r"([\w-]+)==([\d.]+)", wanted))
    for name, part in SECTIONS.items():
        assert part.startswith(f"## {name} {(asked | pins())[name]}\n")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (outcome(), ""),
        (outcome(came="nan"), ""),
        (outcome(came="inf"), ""),
        (outcome(came="ValueError: at most 1"), ""),
        (outcome(came="1.0 1.0"), ""),
        (outcome(came="1.0"), "it gives 1.0, which is right"),
        (outcome(came="1.00001", ours=1.000001), "it gives 1.00001, which is right"),
        (outcome(ours=1.1), "funloss gives [1.1] instead of [1.0]"),
        (outcome(ours=math.nan), "funloss gives [nan] instead of [1.0]"),
        (outcome(came="0.0", right=1e-9, ours=1e-9), ""),
    ],
)
def test_what_is_right_is_no_defect(found, words):
    assert objection(HALF, found) == words


def test_a_page_is_what_a_run_gives(known):
    path, _ = known
    assert command.checked(path, ["halves"]) == []
    text = path.read_text(encoding="utf-8")
    assert "1 calls of losses in 1 other packages" in text
    assert "| [halves](#halves-10) | 1.0 | 1 |" in text
    assert "| came | `2.0` | the program |\n| right | `1` | `mpf(1)` |" in text


@pytest.mark.parametrize(
    ("old", "new"), [("`2.0`", "`3.0`"), ("halves 1.0", "halves 1.1"), ("1 calls", "2")]
)
def test_a_page_that_says_otherwise_is_found(old, new, known):
    path, _ = known
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert command.checked(path, ["halves"])


def test_digits_that_are_noise_may_differ(known, monkeypatch):
    path, found = known
    noisy = Defect(**(vars(HALF) | {"noise": True}))
    monkeypatch.setattr(command, "peer", {"halves": Peer("halves", "", (noisy,))}.get)
    found["defects"] = [outcome(came="3.0")]
    assert command.checked(path, ["halves"]) == []
    found["defects"] = [outcome(came="1.0")]
    assert command.checked(path, ["halves"]) == [
        "halves half, two: it gives 1.0, which is right"
    ]


def test_what_a_release_mends_does_not_stay_on_the_page(known):
    path, found = known
    before = path.read_text(encoding="utf-8")
    found["defects"] = [outcome(came="1.0")]
    assert command.written(path, ["halves"])
    assert path.read_text(encoding="utf-8") == before
    found["defects"] = [outcome(came="nan")]
    assert command.written(path, ["halves"]) == []
    assert "| came | `nan` | the program |" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--package", "optax"], "--package goes with --page or --check"),
        (["--check", "--page"], "not allowed with argument"),
        (["--check", "--package", "optix"], "no defects are known of optix: torch, "),
        (["--check", "no-such.md"], "no-such.md is not there: --page makes it"),
        (["--page", "no-such.md", "--package", "rlax"], "has no section of auraloss, "),
        (["--page", "no-such/page.md"], "no-such is no folder"),
        (["--check", "--package", "kornia"], "kornia is not installed: pip install"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["verify_peers.py", *arguments])
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "refpkgs" not in p])
    main = runpy.run_path(str(SCRIPT))["main"]
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_another_version_is_refused(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", {"kornia": "0.1"}.get)
    said = f"kornia is 0.1 instead of {pins()['kornia']}"
    assert command.refusal(ROOT / PAGE, ["kornia"], check=True) == said


def test_a_program_that_cannot_be_run_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(RuntimeError, match="the programs of rlax cannot be run"):
        command.checked(ROOT / PAGE, ["rlax"])
