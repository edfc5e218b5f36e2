"""Each example runs, and prints what it promises."""

import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
# What trains for long is worth optimised programs.
OPTIMISED = {"XLA_FLAGS": ""}


def run(name, *arguments, seconds=120, **environment):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    result = subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        env=os.environ | {"PYTHONPATH": path, "JAX_PLATFORMS": "cpu"} | environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_training_on_digits_is_accurate_and_quick():
    start = time.perf_counter()
    printed = run("train_digits.py")
    assert time.perf_counter() - start < 60

    (accuracy,) = re.findall(r"^test accuracy: ([0-9.]+)%$", printed, re.MULTILINE)
    assert float(accuracy) >= 95
    (difference,) = re.findall(r"^they agree, difference (\S+)$", printed, re.MULTILINE)
    assert float(difference) < 1e-6


@pytest.mark.long
def test_a_language_model_learns_the_text_and_then_what_is_preferred():
    printed = run("language_model.py", seconds=300, **OPTIMISED)
    (single,) = re.findall(r"^characters alone: loss ([0-9.]+)$", printed, re.M)
    steps = re.findall(r"^step (\d+): nll ([0-9.]+), z-loss 0.0\d+, ", printed, re.M)
    assert [int(step) for step, _ in steps] == list(range(50, 301, 50))
    assert float(steps[-1][1]) < 0.7 * float(single)
    (unseen,) = re.findall(r"^held-out text: loss ([0-9.]+)$", printed, re.M)
    assert float(unseen) < 0.7 * float(single)

    line = r"^(before|after): DPO loss (\S+), margin (\S+), prefers (\d+)%$"
    (before, *first), (after, *then) = re.findall(line, printed, re.M)
    assert (before, *first[:2]) == ("before", "0.693", "0.0")
    assert after == "after"
    assert float(then[0]) < 0.3
    assert float(then[1]) > 20
    assert int(first[2]) < 10
    assert int(then[2]) > 70


@pytest.mark.long
def test_strips_are_read_best_with_an_alignment(tmp_path):
    figure = tmp_path / "strip.svg"
    printed = run("sequences.py", "--figure", figure, seconds=300, **OPTIMISED)
    line = r"^(\S.*?) +([\d.]+)% of strips read without a mistake$"
    right = {name: float(share) for name, share in re.findall(line, printed, re.M)}
    assert list(right) == ["cross_entropy, spread", "ctc_loss", "rnnt_loss"]
    spread, ctc, rnnt = right.values()
    assert 10 < spread < 35 < rnnt < 65 < ctc < 90
    assert "<svg" in figure.read_text(encoding="utf-8")


def test_check_against_torch_tells_right_from_wrong():
    printed = run("check_against_torch.py")
    # One exact fit among 100 points: its derivative is off and nothing else is.
    assert re.match(r"plain_l1 .*: 6 of 16 checks failed", printed)
    assert (
        len(set(re.findall(r"^gradient wrt input: .* instead of", printed, re.M))) == 1
    )
    assert re.search(r"^funloss.l1_loss .*: 16 checks passed", printed, re.M)


def test_own_loss_equals_cross_entropy_everywhere():
    lines = run("own_loss.py").splitlines()
    assert len(lines) == 4
    assert [line.split(" ")[0] for line in lines[:2]] == ["NumPy:", "JAX:"]
    for line in lines:
        assert line.endswith(" are equal")


def test_a_sharded_vocabulary_gives_the_same_and_is_not_gathered():
    losses, derivatives, exchanged = run("sharded_cross_entropy.py").splitlines()
    alone, spread = re.findall(r"\d+\.\d+", losses)
    assert alone == spread
    assert float(derivatives.split()[-1]) < 1e-6
    assert re.fullmatch(r"\d all-reduce", exchanged)


def test_out_of_core_needs_less_memory_than_its_data():
    printed = run("out_of_core.py", "--elements", "100000000")
    value, expected = re.findall(r"[0-9]\.[0-9]{6}", printed)
    # Five standard deviations of a mean of so many.
    assert abs(float(value) - float(expected)) < 5 * 0.86 / 1e4
    data, peak = map(int, re.findall(r"([0-9]+) MB", printed))
    assert (data, peak < data / 2) == (800, True)


def test_training_on_eight_devices_is_training_on_one():
    start = time.perf_counter()
    printed = run("data_parallel.py")
    assert time.perf_counter() - start < 30
    line = r"^devices (\d): loss ([0-9.]+), accuracy ([0-9.]+)$"
    (_, loss, accuracy), other = re.findall(line, printed, re.MULTILINE)
    assert other == ("8", loss, accuracy)
    assert 0 < float(loss) < 0.5
    assert float(accuracy) > 0.8


# What is known of optax 0.2.8 and keras 3.15, and what is right in them.
DIFFERENT = {
    "optax.cosine_similarity": ["zero vector"],
    "optax.ctc_loss": ["-inf on an unused class", "no class"],
    "optax.hinge_loss": ["kink"],
    "optax.log_cosh": ["small errors"],
    "optax.losses.triplet_margin_loss": ["norms"],
    "optax.ntxent": ["no pairs", "zero vector"],
    "optax.softmax_cross_entropy_with_integer_labels": ["no class", "where"],
    "in_bfloat16": ["512 classes in bfloat16"],
    "keras.losses.binary_crossentropy": ["small probabilities"],
    "keras.losses.categorical_crossentropy": ["small probabilities"],
    "keras.losses.kl_divergence": ["small probabilities"],
    "keras.losses.mean_absolute_error": ["exact fit"],
    "keras.losses.sparse_categorical_crossentropy": ["no class"],
    "keras.losses.tversky": ["alpha and beta"],
}
RIGHT = {
    "optax.ctc_loss": ["sequences"],
    "optax.huber_loss": ["delta"],
    "optax.kl_divergence": ["zeros"],
    "optax.l2_loss": ["values"],
    "optax.ntxent": ["pairs"],
    "optax.sigmoid_binary_cross_entropy": ["logits"],
    "optax.softmax_cross_entropy": ["weights"],
    "optax.softmax_cross_entropy_with_integer_labels": ["labels"],
    "optax.squared_error": ["values"],
    "keras.losses.binary_crossentropy": ["logits"],
    "keras.losses.huber": ["delta"],
    "keras.losses.mean_squared_error": ["values"],
    "keras.losses.sparse_categorical_crossentropy": ["labels"],
}


@pytest.mark.long
def test_peers_differ_where_they_are_known_to_and_nowhere_else():
    printed = run("verify_peers.py", COLUMNS="250")
    rows = re.findall(r"^│ (\S+) +│ (.+?) +│ (differs|right) +│", printed, re.MULTILINE)
    for verdict, known in (("differs", DIFFERENT), ("right", RIGHT)):
        found = {}
        for name, asked, said in rows:
            if said == verdict:
                found.setdefault(name, []).append(asked)
        assert {name: sorted(asked) for name, asked in found.items()} == known

    programs = re.split(r"^# \S+, .*; .*\n", printed, flags=re.MULTILINE)[1:]
    assert len(programs) == sum(map(len, DIFFERENT.values()))
    chosen = [
        program
        for words in ("def in_bfloat16", "optax import log_cosh")
        for program in programs
        if words in program
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(chosen)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    printed = re.findall(r"got\n(.*)\nwant\n(.*)\n", done.stdout)
    assert len(printed) == len(chosen) == 2
    for got, want in printed:
        assert abs(float(got.strip("[]")) / float(want.strip("[]")) - 1) > 0.01


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("[!_]*.py")), ids=lambda p: p.name
)
def test_every_example_is_run_by_a_test(path):
    here = pathlib.Path(__file__)
    tests = (here, here.parent / "site" / "test_guide.py")
    assert any(f'run("{path.name}"' in test.read_text() for test in tests)
