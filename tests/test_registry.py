"""The register of losses: what is public, where it is, and what others call it."""

import ast
import importlib
import inspect
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from torch import nn

import funloss as fl
from funloss._names import NOTES
from funloss._registry import FAMILIES, HELPERS, LOSSES, PUBLIC

ROOT = pathlib.Path(__file__).parents[1]
# Families whose formulas a family also uses.
USED_BY = {
    "detection": {"classification"},
    "embedding": {"contrastive"},
    "reinforcement": {"regression"},
}
# Its names in the tables are those of losses; what it has besides is not in them.
PEERS = r"\b(?:optax\.losses|keras\.losses|jaxopt\.loss)\.(\w+)"


def imported_for_type_checkers():
    """Return the names that `funloss/__init__.py` imports under TYPE_CHECKING."""
    tree = ast.parse((ROOT / "funloss" / "__init__.py").read_text(encoding="utf-8"))
    (branch,) = (node for node in tree.body if isinstance(node, ast.If))
    found = [node for node in branch.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module for node in found for alias in node.names}


def run(code, *options):
    """Run code in a fresh interpreter, in the checkout."""
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


def called_by_tests(source):
    """Return the names of funloss that test functions call, themselves or by helpers.

    What a test's arguments are made from, by `parametrize` or a fixture, counts.
    """
    tree = ast.parse(source)
    public, parts = {}, {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module.startswith("funloss"):
            public |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef):
            parts[node.name] = node
        elif isinstance(node, ast.Assign):
            names = [x.id for x in ast.walk(node) if isinstance(x, ast.Name)]
            parts |= {name: node for name in names if name not in parts}
    found, todo = set(), [name for name in parts if name.startswith("test_")]
    seen = set(todo)
    while todo:
        for node in ast.walk(parts[todo.pop()]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found |= {node.attr} if node.value.id in {"fl", "funloss"} else set()
            # An argument may be the name of a fixture.
            name = getattr(node, "id", getattr(node, "arg", None))
            found |= {public[name]} if name in public else set()
            if name in parts and name not in seen:
                seen.add(name)
                todo.append(name)
    return found


def message_of(name):
    with pytest.raises(AttributeError) as caught:
        getattr(fl, name)
    return str(caught.value).removeprefix(f"module 'funloss' has no attribute {name!r}")


def spellings(name):
    return {name, name.upper(), name.replace("_", ""), name.title().replace("_", "")}


def test_the_register_the_package_and_type_checkers_have_the_same_names():
    assert fl.__all__ == sorted(PUBLIC) == sorted({*LOSSES, *HELPERS})
    assert dir(fl) == sorted([*fl.__all__, "__version__"])
    assert sorted(imported_for_type_checkers()) == fl.__all__


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_defined_where_the_register_says(name):
    value = getattr(importlib.import_module(PUBLIC[name]), name)
    assert value is getattr(fl, name)
    assert value.__module__ == PUBLIC[name]
    public = importlib.import_module(imported_for_type_checkers()[name])
    assert value is getattr(public, name)


def test_the_families_are_the_folders_of_losses():
    folders = (ROOT / "funloss").iterdir()
    folders = {path.name for path in folders if path.is_dir() and path.name[0] != "_"}
    assert set(FAMILIES) == folders - {"testing"}


def test_one_loss_loads_its_family_alone():
    # A family is loaded as a whole, so that one of its losses stands for all.
    code = """
import sys
from funloss._registry import LOSSES
for name in {loss.family: name for name, loss in LOSSES.items()}.values():
    for module in [x for x in sys.modules if x.split(".")[0] == "funloss"]:
        del sys.modules[module]
    import funloss
    getattr(funloss, name)
    parts = {x.split(".")[1] for x in sys.modules if x.startswith("funloss.")}
    print(name, *sorted(x for x in parts if not x.startswith("_")))
"""
    lines = [line.split() for line in run(code).stdout.splitlines()]
    assert len(lines) == len(FAMILIES)
    for name, *families in lines:
        family = LOSSES[name].family
        assert set(families) == {family} | USED_BY.get(family, set())


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("mae", ": it is l1_loss here"),
        (
            "bce",
            ": it is binary_cross_entropy or binary_cross_entropy_with_logits here",
        ),
        ("BCEWithLogitsLoss", ": it is binary_cross_entropy_with_logits here"),
        ("softmax_cross_entropy", ": it is cross_entropy here"),
        ("kldiv", ": it is kl_div here"),
        ("CrossEntropyLoss", ": it is cross_entropy here"),
        ("info_nce", ": it is info_nce_loss here"),
        ("clip_loss", ": it is info_nce_loss with symmetric=True"),
        ("pinball_loss", ": it is quantile_loss here"),
        ("huber", ": it is huber_loss here"),
        ("Focal", ": it is sigmoid_focal_loss or softmax_focal_loss here"),
        ("squared_hinge", ": it is hinge_loss with p=2"),
        ("hubr_loss", ": did you mean huber_loss?"),
        ("elementwise_los", ": did you mean elementwise_loss?"),
        ("testing_", ""),
        ("softmax", ""),
        ("__wrapped__", ""),
        ("_mae", ""),
    ],
)
def test_another_name_of_a_loss_is_told(name, advice):
    assert message_of(name) == advice


def test_a_name_of_several_losses_names_them_all():
    assert message_of("bce") == (
        ": it is binary_cross_entropy or binary_cross_entropy_with_logits here"
    )


def test_a_subpackage_that_is_not_imported_is_told():
    code = "import funloss; funloss.testing"
    assert run(code).stderr.splitlines()[-1] == (
        "AttributeError: module 'funloss' has no attribute 'testing': "
        "import funloss.testing first"
    )


def test_python_adds_no_guess_to_the_message():
    # On its own it would end: Did you mean: 'l1_loss'?
    code = "import funloss; funloss.l2_loss"
    assert (
        run(code)
        .stderr.strip()
        .endswith("it is mse_loss here, which optax, rlax and TensorFlow halve")
    )


@pytest.mark.parametrize("name", LOSSES)
def test_every_other_name_of_a_loss_leads_to_it_however_it_is_written(name):
    loss = LOSSES[name]
    assert len(set(loss.other_names)) == len(loss.other_names)
    for other in loss.other_names:
        assert other not in fl.__all__
        for spelling in spellings(other) - {*fl.__all__}:
            words = re.findall(r"\w+", message_of(spelling))
            assert name in words or NOTES.get(other)
            assert set(words) & set(LOSSES)


def test_a_note_is_about_a_name_in_the_register():
    others = {other for loss in LOSSES.values() for other in loss.other_names}
    assert set(NOTES) <= others
    for note in NOTES.values():
        assert set(re.findall(r"\w+", note)) & set(LOSSES)


def test_every_loss_of_torch_and_of_peers_leads_here():
    tables = (ROOT / "docs" / "coming-from.md").read_text(encoding="utf-8")
    names = {name for name in dir(nn) if name.endswith("Loss")}
    names |= set(re.findall(PEERS, tables))
    # A derivative, which jaxopt has beside its loss.
    names -= {*fl.__all__, "sparse_sigmoid"}
    assert len(names) > 60
    for name in names:
        assert ": it is " in message_of(name), name


def test_a_copy_of_the_package_that_is_not_installed_has_a_version(tmp_path):
    shutil.copytree(ROOT / "funloss", tmp_path / "funloss")
    # Without site-packages nothing is installed; what it needs is on the path.
    code = f"""
import sys
sys.path[:0] = [{str(tmp_path)!r}]
import funloss
print(funloss.__file__, repr(funloss.__version__))
"""
    file, version = run(code, "-S").stdout.split()
    assert pathlib.Path(file).parents[1] == tmp_path
    assert version == "'0+unknown'"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_loss_has_a_test_worked_by_hand_in_its_family(family):
    files = (ROOT / "tests" / family).glob("test_*.py")
    called = [called_by_tests(path.read_text(encoding="utf-8")) for path in files]
    losses = {loss.name for loss in LOSSES.values() if loss.family == family}
    assert losses - set().union(*called) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import funloss as fl\ndef test_it():\n    fl.mse_loss(1)", {"mse_loss"}),
        ("def of(x): fl.mse_loss(x)\ndef test_it(): of(1)", {"mse_loss"}),
        ("L = [fl.mse_loss]\n@mark(L)\ndef test_it(loss): loss(1)", {"mse_loss"}),
        ("def made(): return fl.mse_loss\ndef test_it(made): made(1)", {"mse_loss"}),
        ("from funloss.r import mse_loss\ndef test_it(): mse_loss(1)", {"mse_loss"}),
        ("from funloss import mse_loss as f\ndef test_it(): f(1)", {"mse_loss"}),
        ("def of(x): fl.mse_loss(x)\ndef test_it(): of_other(1)", set()),
        ('"""Like fl.mse_loss."""\ndef test_it():\n    "fl.mse_loss"', set()),
        ("def test_it(): torch.mse_loss(1)", set()),
    ],
)
def test_the_probe_of_tests_sees_what_they_call(source, found):
    assert called_by_tests(source) == found


def words(text):
    """Return a text's letters and digits in lower case, the word loss left out."""
    return re.sub(r"[^a-z0-9]", "", text.lower()).replace("loss", "")


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_first_line_names_the_loss_as_the_field_does(loss):
    first = (inspect.getdoc(getattr(fl, loss.name)) or "").partition("\n")[0]
    known = {words(name) for name in (loss.name, *loss.other_names)}
    # A short name counts as a word of its own alone.
    said = words(first), set(map(words, re.findall(r"[\w-]+", first)))
    assert any(x in said[1] or (len(x) > 3 and x in said[0]) for x in known), first


# What checks, promotes and masks the arguments of a loss, and can reduce its losses.
WAYS_IN = {
    *("elements", "class_rows", "settle_rows", "item_lists"),
    *("vector_rows", "labelled_rows", "paired_rows", "proxied_rows", "two_samples"),
    *("time_steps", "regions", "pixels", "token_sequences", "ensembles", "cohorts"),
    "images",
}
# Lengths of two kinds and a lattice are no arrays of one shape.
OWN_WAY_IN = {"ctc_loss", "rnnt_loss", "soft_dtw_loss"}


def called_names(function):
    """Return the names that a function calls, itself and through its own module."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(function)))
    parts = {x.name: x for x in tree.body if isinstance(x, ast.FunctionDef)}
    found, todo = set(), [function.__name__]
    while todo:
        calls = {
            node.func.id
            for node in ast.walk(parts[todo.pop()])
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        todo += [name for name in calls - found if name in parts]
        found |= calls
    return found


def ways_in(name):
    """Return the ways in that a loss takes, itself or by what it shares with others."""
    function = inspect.unwrap(getattr(fl, name))
    module = importlib.import_module(LOSSES[name].module)
    names = called_names(function)
    for shared in names - WAYS_IN:
        other = getattr(module, shared, None)
        if inspect.isfunction(other) and not other.__module__.startswith(
            ("funloss._core", "funloss._array", module.__name__)
        ):
            names |= called_names(inspect.unwrap(other))
    return names & WAYS_IN


@pytest.mark.parametrize("name", sorted(set(LOSSES) - OWN_WAY_IN))
def test_each_loss_goes_through_a_way_in(name):
    assert ways_in(name)


@pytest.mark.parametrize("name", sorted(OWN_WAY_IN))
def test_what_has_its_own_way_in_takes_no_other(name):
    assert not ways_in(name)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_each_loss_stands_in_a_file_of_its_name(name):
    module = LOSSES[name].module.rpartition(".")[2]
    assert module in {f"_{name}", f"_{name.removesuffix('_loss')}"}
