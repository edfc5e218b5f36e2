"""Which mutants a run takes, and the checks that are to see one, the cheapest first.

What a mutant is in is followed by name through the package to the losses that need it:
the nearest of them say which tests and which cases of parity are run.
"""

import ast
import functools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from funloss._registry import LOSSES
from tools.mutants.mutations import Mutant, mutants, units

__all__ = ["Check", "Package", "sample"]

# How many losses are asked, the nearest and those near that have most to them; and how
# many by the tests of every loss.
OWN, NEAR, EVERY = 3, 12, 1
# How many more files of tests that name what was changed.
NAMING = 3
_SHARED = ("array", "core", "algorithms", "scale")
_LEFT_OUT = ("funloss/testing/", "funloss/_registry.py", "funloss/_names.py")


class Check(NamedTuple):
    """A command, ``pytest`` or ``parity``, with its arguments."""

    command: str
    arguments: tuple[str, ...]


class Unit(NamedTuple):
    """A function, method or constant: where it is, and the names in it."""

    file: str
    name: str
    names: frozenset[str]
    # What it is attached to, by a decorator or as a statement of its own.
    rule_of: frozenset[str]


def sample(every: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Draw mutants of each file, as many as its share, and one at least.

    What is drawn of a file does not depend on the others, but for how many.
    """
    files: defaultdict[str, list[Mutant]] = defaultdict(list)
    for mutant in every:
        files[mutant.file].append(mutant)
    spare = max(count - len(files), 0) / max(len(every) - len(files), 1)
    # What is lost by rounding down one share is added to the next.
    drawn, carried = [], 0.0
    for file, own in files.items():
        share = spare * (len(own) - 1) + carried
        carried = share - int(share + 1e-9)
        chosen = random.Random(f"{seed} {file}").sample(own, 1 + int(share + 1e-9))
        drawn += sorted(chosen)
    return drawn


class Package:
    """The files of the package and of its tests, by the names in them."""

    def __init__(self, root: Path) -> None:
        """Read all files below the root of the repository."""
        self.root = root
        self.texts = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(root.glob("funloss/**/*.py"))
        }
        for left_out in _LEFT_OUT:
            self.texts = {k: v for k, v in self.texts.items() if left_out not in k}
        self.units = [x for item in self.texts.items() for x in _units(*item)]

    def mutants(self, files: Sequence[str] = ()) -> list[Mutant]:
        """Return all mutants of these files, of every file if none is named."""
        chosen = {k: v for k, v in self.texts.items() if not files or k in files}
        return [x for file, text in chosen.items() for x in mutants(file, text)]

    def losses(self, file: str, unit: str) -> list[str]:
        """Return the losses that need a unit: the nearest first."""
        found, seen, edge = [], {(file, unit)}, [(file, unit)]
        there = {(each.file, each.name) for each in self.units}
        while edge:
            found += sorted(
                (name for at, name in edge if name in _FILES and at == _FILES[name]),
                key=self._length,
            )
            following = {
                (user.file, user.name)
                for user in self.units
                if any(self._sees(user, *used) for used in edge)
            }
            # A rule of a derivative is reached from what it is of.
            following |= {
                (unit.file, name)
                for unit in self.units
                if (unit.file, unit.name) in edge
                for name in unit.rule_of
            }
            edge = sorted(following & there - seen)
            seen |= following
        return found

    def checks(self, mutant: Mutant) -> Iterator[Check]:
        """Yield the checks of a mutant, those that are likely to see it first."""
        losses = self.losses(mutant.file, mutant.unit)
        own = self._tests(mutant.file)
        if own:
            yield Check("pytest", tuple(own))
        long = sorted(losses[1:NEAR], key=self._length, reverse=True)
        asked = [*losses[:1], *long[: OWN - 1]]
        shared = mutant.file.startswith("funloss/_")
        of_asked = asked if shared or not own else asked[:1]
        near = [test for name in of_asked for test in self._tests(_FILES[name])]
        near = [test for test in dict.fromkeys(near) if test not in own]
        if near:
            yield Check("pytest", tuple(near))
        if losses:
            families = {LOSSES[name].family: name for name in reversed(losses)}
            others = families.values() if shared else ()
            yield Check("parity", tuple(dict.fromkeys([*asked, *others])))
        naming = self._naming([mutant.unit, *losses[:NEAR]])
        naming = [test for test in naming if test not in {*own, *near}]
        if naming:
            yield Check("pytest", tuple(naming[:NAMING]))
        if losses:
            every = sorted(map(self._relative, self.root.glob("tests/test_every_*.py")))
            files = (*every, "tests/test_gates.py", "tests/test_properties.py")
            yield Check("pytest", (*files, "-k", _only(losses[:EVERY])))

    def _length(self, loss: str) -> int:
        return len(self.texts[_FILES[loss]])

    def _sees(self, user: Unit, file: str, name: str) -> bool:
        """Tell whether a unit uses another: a namespace needs no import."""
        if name not in user.names:
            return False
        return "/_array/" in file or file in self._imported[user.file]

    @functools.cached_property
    def _imported(self) -> dict[str, set[str]]:
        """The files that a file imports, or others for it, and itself."""
        homes = defaultdict(set)
        for unit in self.units:
            homes[Path(unit.file).parent, unit.name].add(unit.file)
        found: dict[str, set[str]] = {}
        for file, text in self.texts.items():
            tree = ast.parse(text)
            found[file] = {file}
            # A package has what is in its files, and may import it when it is asked.
            for module, names in _imports(tree, set(_names(tree))):
                of_package = (homes[module, name] for name in names)
                found[file] |= {f"{module}.py"}.union(*of_package) & self.texts.keys()
        for middle, further in found.items():
            for files in found.values():
                if middle in files:
                    files.update(further)
        return found

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _tests(self, file: str) -> list[str]:
        """Return the files of tests that have the name of a module."""
        stem, folders = Path(file).stem.removeprefix("_"), ["*"]
        stems = {stem}
        if file.startswith("funloss/_"):
            folders = (*_SHARED, "testing")
            # What a library does otherwise has the tests of all.
            stems.add(stem.removeprefix("jax_").removeprefix("torch_"))
        places = [f"tests/{folder}/test_{x}*.py" for folder in folders for x in stems]
        paths = {path for place in places for path in self.root.glob(place)}
        return sorted(map(self._relative, paths))

    def _naming(self, names: Sequence[str]) -> Iterable[str]:
        """Return the files of shared tests with one of the names, the first first."""
        return dict.fromkeys(
            test for name in names for test, has in self._named.items() if name in has
        )

    @functools.cached_property
    def _named(self) -> dict[str, set[str]]:
        """The names in files of tests, the shortest first."""
        paths = [
            path
            for folder in _SHARED
            for path in self.root.glob(f"tests/{folder}/test_*.py")
        ]
        paths.sort(key=lambda path: path.stat().st_size)
        return {
            self._relative(path): set(_names(ast.parse(path.read_text("utf-8"))))
            for path in paths
        }


_FILES = {loss.name: loss.module.replace(".", "/") + ".py" for loss in LOSSES.values()}


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _units(file: str, text: str) -> Iterator[Unit]:
    tree = ast.parse(text)
    for name, node in units(tree):
        yield Unit(file, name, frozenset(_names(node)), frozenset(_attached(node)))
    # A class has what is in those that it is derived from.
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = frozenset(name for base in node.bases for name in _names(base))
            yield Unit(file, node.name, bases, frozenset())


def _attached(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(decorator_list=decorators):
            for decorator in decorators:
                yield from _names(decorator)
        case ast.Expr():
            yield from _names(node)


def _imports(tree: ast.AST, named: set[str]) -> Iterator[tuple[Path, set[str]]]:
    """Yield the modules that a file imports, and what it may want of each."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                yield Path(module.replace(".", "/")), {x.name for x in names}
            case ast.Import(names=names):
                yield from ((Path(x.name.replace(".", "/")), named) for x in names)


def _only(losses: Sequence[str]) -> str:
    """Return what chooses the tests of these losses by the names of their cases."""
    longer = [
        loss
        for loss in _FILES
        if loss not in losses and any(name in loss for name in losses)
    ]
    chosen = " or ".join(losses)
    return f"({chosen})" + "".join(f" and not {name}" for name in longer)
