"""The checks of a release: each sees what it is there for; one that fails ends it."""

import hashlib
import io
import re
import shutil
import subprocess
import tarfile
import zipfile

import pytest
from rich.console import Console

from tools.environment import ROOT, Environment
from tools.release import archives, installed
from tools.release.__main__ import STEPS, main
from tools.release.step import Place, StepError, said

CITATION = "version: 1.2.0\ndate-released: 2026-01-02\n"
CHANGES = "# Changelog\n\n## [1.2.0] - 2026-01-02\n\n## [1.1.0] - 2025-01-02\n"
PROJECT = '[project]\nname = "funloss"\nversion = "1.2.0"\n'


@pytest.fixture
def place(tmp_path):
    """Make a checkout of three files, committed, and a folder to build in."""
    root = tmp_path / "checkout"
    (root / "funloss").mkdir(parents=True)
    files = {
        "pyproject.toml": PROJECT,
        "CHANGELOG.md": CHANGES,
        "CITATION.cff": CITATION,
        "funloss/__init__.py": "",
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a"]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "Begin"]):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    made = Place(tmp_path / "release", root)
    made.dist.mkdir(parents=True)
    return made


def pack(place, wheel, sdist):
    """Write both archives, with these files."""
    with zipfile.ZipFile(place.dist / "funloss-1.2.0-py3-none-any.whl", "w") as archive:
        for name in wheel:
            archive.writestr(name, "")
    with tarfile.open(place.dist / "funloss-1.2.0.tar.gz", "w:gz") as archive:
        for name in sdist:
            archive.addfile(tarfile.TarInfo(f"funloss-1.2.0/{name}"), io.BytesIO())


def test_what_is_not_committed_is_refused(place):
    assert STEPS["tree"](place).endswith(" Begin")
    (place.root / "more.py").write_text("")
    with pytest.raises(StepError, match=r"\?\? more.py"):
        STEPS["tree"](place)


def test_versions_and_dates_agree(place):
    assert STEPS["version"](place) == "1.2.0 of 2026-01-02"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pyproject.toml", "1.2.0", "1.3.0"),
        ("CHANGELOG.md", "[1.2.0] - 2026-01-02", "[Unreleased]"),
        ("CHANGELOG.md", "[1.2.0] - 2026-01-02", "[1.2.0]"),
        ("CHANGELOG.md", "2026-01-02", "2026-01-03"),
        ("CITATION.cff", "1.2.0", "1.1.0"),
        ("CITATION.cff", "2026-01-02", "2025-01-02"),
    ],
)
def test_a_version_or_date_of_its_own_is_refused(name, old, new, place):
    file = place.root / name
    file.write_text(file.read_text("utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(StepError, match=r"1\.2\.0|1\.3\.0"):
        STEPS["version"](place)


@pytest.mark.parametrize("texts", [["a", "a"], ["a", "b"]])
def test_two_builds_must_be_the_same_bytes(texts, place, monkeypatch):
    remaining = iter(texts)

    def built(place, name, umask, commit):
        assert re.fullmatch(r"[0-9a-f]{40}", commit)
        folder = place.folder / name
        folder.mkdir()
        (folder / "funloss.whl").write_text(next(remaining))
        return folder

    monkeypatch.setattr(archives, "_built", built)
    (place.folder / "mine").write_text("")
    if len(set(texts)) == 1:
        digest = hashlib.sha256(b"a").hexdigest()
        assert f"{digest}  funloss.whl" in STEPS["build"](place)
        assert place.wheel.read_text() == "a"
    else:
        with pytest.raises(StepError, match="two builds differ"):
            STEPS["build"](place)
    assert (place.folder / "mine").exists()


WHEEL = ["funloss/__init__.py", "funloss-1.dist-info/licenses/LICENSE"]
SDIST = ["PKG-INFO", "pyproject.toml", "funloss/__init__.py"]


def test_archives_have_the_files_of_the_checkout(place):
    pack(place, WHEEL, SDIST)
    assert STEPS["contents"](place) == "wheel: 1 files of funloss; sdist: 2 files"


def test_files_that_are_no_repository_are_those_of_the_folder(place):
    shutil.rmtree(place.root / ".git")
    cache = place.root / "funloss" / "__pycache__"
    cache.mkdir()
    (cache / "a.pyc").write_text("")
    pack(place, WHEEL, SDIST)
    assert STEPS["contents"](place) == "wheel: 1 files of funloss; sdist: 2 files"
    with pytest.raises(StepError, match="not a git repository"):
        STEPS["tree"](place)


@pytest.mark.parametrize(
    ("wheel", "sdist", "message"),
    [
        (WHEEL[1:], SDIST, r"the wheel lacks \['funloss/__init__.py'\]"),
        (WHEEL[:1], SDIST, "lacks the licence"),
        ([*WHEEL, "tests/a.py"], SDIST, r"has \['tests/a.py'\]"),
        (WHEEL, SDIST[:2], r"the sdist lacks \['funloss/__init__.py'\]"),
        (WHEEL, [*SDIST, "notes.txt"], r"has \['notes.txt'\]"),
    ],
)
def test_other_files_are_refused(wheel, sdist, message, place):
    pack(place, wheel, sdist)
    with pytest.raises(StepError, match=message):
        STEPS["contents"](place)


def test_what_is_built_must_be_there(place):
    with pytest.raises(StepError, match="run --only build"):
        STEPS["contents"](place)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("alone", ["funloss-1.2.0-py3-none-any.whl"]),
        ("sdist", ["funloss-1.2.0.tar.gz"]),
        ("jax", ["funloss[jax] @ file:"]),
        ("torch", ["funloss[torch] @ file:", "torch==9.9"]),
    ],
)
def test_what_is_installed_is_used_from_elsewhere(name, wanted, place, monkeypatch):
    extra = '[project.optional-dependencies]\nparity = ["rich", "torch==9.9"]\n'
    (place.root / "pyproject.toml").write_text(PROJECT + extra, encoding="utf-8")
    pack(place, WHEEL, SDIST)
    ran = []

    def made(folder, python):
        folder.mkdir(parents=True)
        return Environment(folder)

    def record(*command, cwd, variables):
        assert cwd.is_relative_to(place.folder)
        assert "PYTHONPATH" not in variables
        ran.append([str(word) for word in command[1:]])
        return f"{cwd}/environment/funloss/__init__.py\n"

    monkeypatch.setenv("PYTHONPATH", ".")
    monkeypatch.setattr(installed, "made", made)
    monkeypatch.setattr(installed, "said", record)
    STEPS[name](place)
    install, where, program = ran
    assert install[:3] == ["-m", "pip", "install"]
    for found, start in zip(install[3:], wanted, strict=True):
        assert start in found
    assert where[:2] == ["-I", "-c"]
    used = {"sdist": "alone"}.get(name, name)
    assert program == ["-I", str(installed.PROGRAMS / f"{used}.py")]


@pytest.mark.parametrize(
    ("name", "told", "shown"),
    [
        (
            "parity",
            "All 9 checks passed: so.\nMore: --help\n",
            ["All 9 checks passed: so."],
        ),
        ("docs", "build succeeded.\n\nThe pages are in site.\n", ["build succeeded."]),
        ("dev", "0 errors\n", 3 * ["0 errors"]),
    ],
)
def test_what_the_sdist_is_for_runs_where_it_is_unpacked(
    name, told, shown, place, monkeypatch
):
    pack(place, WHEEL, SDIST)

    def answer(*command, cwd, variables):
        if "-I" in command:
            return f"{cwd}/environment/funloss/__init__.py\n"
        if "pip" not in command:
            assert (cwd / "funloss" / "__init__.py").exists()
        return told

    monkeypatch.setattr(installed, "made", lambda folder, _: Environment(folder))
    monkeypatch.setattr(installed, "said", answer)
    lines = STEPS[name](place).splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == shown
    assert [line.split(": ")[0] for line in lines] == installed.MODULES[name]


def test_a_program_that_fails_shows_its_last_lines():
    with pytest.raises(StepError, match=r"(?s)status 1\n.*ZeroDivisionError"):
        said("python", "-c", "1/0")


def accept(place):
    return "well"


def refuse(place):
    msg = "not so"
    raise StepError(msg)


def released(steps, *arguments):
    """Return the status of a release of these steps, and what it prints."""
    console = Console(file=io.StringIO(), markup=False, width=80)
    status = main(arguments, steps, console)
    return status, console.file.getvalue()


def test_the_first_step_that_fails_ends_it():
    steps = {"one": accept, "two": refuse, "three": refuse}
    status, printed = released(steps)
    assert status == 1
    assert re.findall(r"(?:passed|failed): \w+", printed) == [
        *("passed: one", "failed: two")
    ]
    assert "  not so\n" in printed
    assert "--from two" in printed


def test_from_and_only_choose_steps():
    steps = {"one": refuse, "two": accept, "three": accept}
    for arguments in (["--from", "two"], ["--only", "three", "two"]):
        status, printed = released(steps, *arguments)
        assert status == 0
        assert re.findall(r"passed: (\w+)", printed) == ["two", "three"]
        assert ("git tag" in printed) is ("--from" in arguments)
    assert released(steps, "--only", "one")[0] == 1


@pytest.mark.parametrize(
    "arguments", [["--only", "four"], ["--from", "one", "--only", "one"]]
)
def test_other_steps_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        released({"one": refuse}, *arguments)
    assert raised.value.code == 2


def test_the_guide_names_every_step_in_order():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = guide.split("\n## Release\n")[1].split("\n## ")[0]
    lines = re.findall(r"^   - (`.*?):", section, re.MULTILINE)
    assert re.findall("`(.*?)`", " ".join(lines)) == list(STEPS)
    runner = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (words,) = re.findall(r"tools\.release .*--only (.*)", runner)
    assert set(words.split()) <= set(STEPS)
