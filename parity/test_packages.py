"""Packages as second references; none of them is needed here."""

import importlib.metadata
import re
import sys

import pytest
from torch.nn import functional as F

import funloss as fl
from funloss.testing import Report
from funloss.testing.harness import Check
from parity.__main__ import main
from parity.case import Case, Package
from parity.check import check
from parity.collection import CASES, batches, beside_packages
from parity.packages import loading
from parity.packages.loading import load
from parity.packages.pins import INSTALL, pins, unmet
from parity.packages.summary import beside
from parity.page import page
from parity.plan import everything

PACKAGES = ["--packages", "--jobs", "1"]


def plain(rng):
    input, target = rng.standard_normal((2, 4, 5))
    return {"input": input, "target": target}


def beside_a_package(error, **options):
    """Return a case of l1_loss with a package whose results are a little larger."""

    def loss(input, target, *, reduction="mean"):
        return (1 + error) * F.l1_loss(input, target, reduction=reduction)

    package = Package("lightly L1", loss, quirk="is a little larger", **options)
    own = {"reduction": ["none", "mean"]}
    return Case(fl.l1_loss, F.l1_loss, plain, own, ("input", "target"), also=[package])


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr("parity.arguments.unmet", lambda: "")


@pytest.mark.parametrize(("error", "wrong"), [(1e-10, False), (1e-8, True)])
def test_a_package_is_compared_at_its_own_tolerance(error, wrong):
    case = beside_a_package(error)
    calls = list(case.against(case.also[0]).calls())
    found = check(calls, everything(calls, ["numpy", "torch", "jax-jit"]))
    assert {c.dtype for c in found} == {"float64"}
    assert {(c.library, c.quantity) for c in found} == {
        (library, quantity)
        for library in ("numpy", "torch", "jax-jit")
        for quantity in ("value", "gradient wrt input", "gradient wrt target")
        if library != "numpy" or quantity == "value"
    }
    assert {bool(c.fault) for c in found} == {wrong}
    assert all(c.call.startswith("l1_loss-plain against lightly L1[") for c in found)


def test_a_package_may_have_fewer_options_and_derivatives():
    case = beside_a_package(0.0, options={"reduction": ["sum"]}, wrt=("input",))
    (call,) = case.against(case.also[0]).calls()
    found = check([call], everything([call], ["torch"]))
    assert call.options == {"reduction": "sum"}
    assert [c.quantity for c in found] == ["value", "gradient wrt input"]


def test_only_the_option_compares_with_packages(monkeypatch):
    monkeypatch.setattr("parity.collection.CASES", [beside_a_package(0.0)])
    assert [batch.package for batch in batches()] == [None]
    assert [batch.package for batch in batches(packages=True)] == [0]
    assert list(batches(["mse_loss"], packages=True)) == []


@pytest.mark.parametrize(("error", "status"), [(1e-10, 0), (1e-8, 1)])
@pytest.mark.usefixtures("installed")
def test_the_command_names_package_error_and_quirk(error, status, monkeypatch, capsys):
    case = beside_a_package(error, options={})
    monkeypatch.setattr("parity.collection.CASES", [case])
    assert main([*PACKAGES, "--library", "numpy"]) == status
    printed = " ".join(capsys.readouterr().out.split())
    # Between the spacings of a dtype, an error in ulps is up to twice as large.
    power = f"{error:.0e}"[1:]
    row = rf"l1_loss lightly L1 1 {status} [12]{power} - 1e-09 is a little larger"
    assert re.search(row, printed)
    said = "1 of 1 checks failed" if status else "All 1 checks passed"
    assert f"{said}: l1_loss beside lightly; " in printed
    shown = "l1_loss-plain against lightly L1 (defaults), numpy, float64" in printed
    assert shown == bool(status)


@pytest.mark.usefixtures("installed")
def test_a_loss_without_a_package_is_not_taken_for_checked(capsys):
    assert main([*PACKAGES, "--loss", "dpg_loss"]) == 1
    assert "no case of these losses names a package" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--packages: lightly 1 is not installed; to install: pip"),
        (["--full"], "not allowed with argument"),
        (["--json", "figures.json"], "--json: not with --packages"),
    ],
)
def test_what_does_not_go_with_packages_is_refused(
    arguments, message, monkeypatch, capsys
):
    reason = f"lightly 1 is not installed; to install: {INSTALL}"
    monkeypatch.setattr("parity.arguments.unmet", lambda: reason)
    with pytest.raises(SystemExit) as raised:
        main([*PACKAGES, *arguments])
    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_missing_and_other_versions_are_told(monkeypatch):
    versions = pins() | {"tqdm": "1.0"}
    del versions["lightly"]

    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    wrong = f"lightly {pins()['lightly']} is not installed, "
    wrong += f"tqdm is 1.0 instead of {pins()['tqdm']}"
    assert unmet() == f"{wrong}; to install: {INSTALL}"
    versions = pins()
    assert unmet() == ""


def test_every_package_that_a_case_names_is_pinned():
    named = {case.package.name.split()[0] for case in beside_packages()}
    assert named <= pins().keys()
    assert len(named) >= 3


@pytest.fixture
def heavy(tmp_path, monkeypatch):
    """Make a package whose `__init__` cannot be imported, and return its name."""
    name = "heavy_package_of_a_test"
    inner = tmp_path / name / "losses"
    inner.mkdir(parents=True)
    (tmp_path / name / "__init__.py").write_text("import no_such_framework\n")
    (inner / "__init__.py").write_text("from .absolute import l1\n")
    (inner / "absolute.py").write_text("l1 = abs\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [m for m in sys.modules if m.partition(".")[0] == name]:
        del sys.modules[module]


def test_an_empty_parent_takes_the_place_of_a_heavy_one(heavy, monkeypatch):
    monkeypatch.setattr(loading, "_EMPTY", (heavy,))
    assert load(f"{heavy}.losses", "l1") is abs
    assert vars(sys.modules[heavy])["losses"] is sys.modules[f"{heavy}.losses"]


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("no_such_package.losses", "No module named 'no_such_package'"),
        ("heavy_package_of_a_test.losses", "No module named 'no_such_framework'"),
    ],
)
@pytest.mark.usefixtures("heavy")
def test_what_cannot_be_loaded_fails_and_says_what_to_install(module, reason):
    with pytest.raises(RuntimeError) as raised:
        load(module, "l1")
    words = str(raised.value)
    assert words.startswith(f"cannot load l1 of {module}: {reason}")
    assert words.endswith(INSTALL)


def test_the_page_names_packages_and_what_was_found():
    (case,) = [own for own in CASES if own.loss == "log_cosh_loss" and own.also]
    (package,) = case.also
    (call,) = case.against(package).calls()
    found = Check(case.loss, call.id, "numpy", "float64", "value", 2.0**22, "", 4, "")
    assert [row.error("value") for row in beside([found]) if row.figures.checks] == [
        "9e-10"
    ]
    other = Check(case.loss, case.id, "numpy", "float64", "value", 0.0, "", 4, "")
    html = {name: page(Report(name, [c])) for name, c in (("a", found), ("b", other))}
    for text in html.values():
        assert f"<code>{package.name}</code>" in text
        assert package.quirk in text
        assert "a relative error of 1e-09" in text
    assert "9e-10 in values, - in gradients" in html["a"]
    assert "against the package in float64" in html["a"]
    assert "not compared in this run" in html["b"]
    assert "against torch in float64" in html["b"]
