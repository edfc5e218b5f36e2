"""`python -m funloss.testing`: what it prints, writes and returns."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from funloss.testing.__main__ import main
from funloss.testing._command import arguments, parser

HUBER = [
    *("optax.losses:huber_loss", "--reference", "torch.nn.functional:huber_loss"),
    *("--shape", "input=4,5", "--shape", "target=4,5", "--option", "delta=0.5,1.0"),
]
UNREDUCED = ["--bind", "reference:reduction=none"]
QUICK = ["--transform", "eager", "--dtype", "float64"]
CROSS_ENTROPY = [
    *("optax.losses:softmax_cross_entropy_with_integer_labels", "--reference"),
    *("torch.nn.functional:cross_entropy", *UNREDUCED, *QUICK),
    *("--shape", "input=3,4,2", "--shape", "target=3,2", "--classes", "target=4"),
]


def parsed(*words):
    return arguments(parser().parse_args([*HUBER, *words]))


def test_losses_that_agree_pass(capsys):
    assert main([*HUBER, *UNREDUCED, *QUICK]) == 0
    printed = capsys.readouterr().out
    assert "optax.huber_loss (jax) against torch.nn.functional.huber_loss" in printed
    assert "[delta=0.5]" in printed
    assert "4 checks passed" in printed


def test_losses_that_differ_fail_and_say_how(capsys):
    assert main([*HUBER, *QUICK]) == 1
    printed = capsys.readouterr().out
    assert "shape (1, 5) instead of ()" in printed
    assert "from optax import huber_loss" in printed
    assert "--bind reference:reduction=none" in printed


def test_the_class_axis_is_moved(capsys):
    assert main([*CROSS_ENTROPY, "--axis", "input=1"]) == 0
    assert main(CROSS_ENTROPY) == 1


def test_figures_and_the_page_are_written(tmp_path, capsys):
    figures, page = tmp_path / "figures.json", tmp_path / "page.html"
    files = ["--json", str(figures), "--html", str(page)]
    assert main([*HUBER, *UNREDUCED, *QUICK, *files]) == 0
    found = json.loads(figures.read_text())
    assert found["passed"] is True
    assert [row["checks"] for row in found["summary"]] == [4]
    assert "optax.huber_loss" in page.read_text()


def test_a_keras_loss_is_called_by_its_own_names():
    words = [
        *("keras.losses:mean_squared_error", "--transform", "eager"),
        *("--reference", "torch.nn.functional:mse_loss", "--dtype", "float32"),
        *("--shape", "input=6", "--rename", "input=y_pred"),
        *("--shape", "target=6", "--rename", "target=y_true"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "funloss.testing", *words],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "keras.losses.mean_squared_error (keras) against torch" in done.stdout


def test_drawn_numbers_lie_on_corners_and_are_the_same_every_time():
    first, again = parsed()["inputs"], parsed()["inputs"]
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    error = first["input"] - first["target"]
    assert 4 <= np.sum(error * 2 == np.round(error * 2)) <= 16
    assert np.any(first["input"] != first["target"])


def test_arrays_are_drawn_as_asked():
    inputs = parsed(
        *("--shape", "p=50", "--range", "p=0,1", "--shape", "side=50"),
        *("--choose", "side=-1,1", "--shape", "label=50", "--classes", "label=3"),
    )["inputs"]
    assert list(inputs) == ["input", "target", "p", "side", "label"]
    assert (inputs["p"].min(), inputs["p"].max()) == (0, 1)
    assert set(inputs["side"]) == {-1, 1}
    assert set(inputs["label"]) == {0, 1, 2}
    assert inputs["label"].dtype == np.int64


def test_names_constants_and_axes_are_mapped():
    found = parsed(
        *("--rename", "input=y_pred", "--rename", "delta=d", "--axis", "target=1"),
        *("--bind", "weight=None", "--bind", "reference:reduction=sum"),
        *("--library", "numpy", "--order", "0", "--wrt", "target"),
    )
    assert found["candidate"].settings() == {
        "names": ("y_pred", "target"),
        "rename": {"delta": "d"},
        "bind": {"weight": None},
        "axis": {1: 1},
    }
    assert found["reference"].settings() == {"bind": {"reduction": "sum"}}
    assert found["options"] == {"delta": [0.5, 1.0]}
    assert (found["library"], found["reference_library"]) == ("numpy", "torch")
    assert (found["order"], found["wrt"]) == (0, ["target"])


def test_an_interrupt_ends_with_130_and_no_traceback(monkeypatch, capsys):
    def interrupted(**given):
        raise KeyboardInterrupt

    monkeypatch.setattr("funloss.testing.__main__.check_parity", interrupted)
    assert main(HUBER) == 130
    assert capsys.readouterr().err.startswith("Interrupted")
    assert "130 if interrupted" in " ".join(parser().format_help().split())


def test_options_left_at_their_defaults_are_called_so(capsys):
    assert main([*HUBER[:7], *QUICK]) == 1
    printed = capsys.readouterr().out
    assert printed.count("(defaults)") == 2
    assert "[]" not in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--axis", "logits=1"], "must have a --shape, of ['input', 'target']"),
        (["--classes", "labels=1"], "must have a --shape, of ['input', 'target']"),
        (["--shape", "input=4,x"], "--shape must be sizes, as in NAME=4,5, got '4,x'"),
        (["--bind", "reduction"], "must be NAME=VALUE, got 'reduction'"),
        (["--reference", "torch:no_loss"], "must be MODULE:FUNCTION"),
        (["--option", "delta=-1.0"], "the reference failed on [delta=-1.0]"),
        (["--wrt", "delta"], "wrt must name floating inputs"),
        (["--rename", "reference:delta=d"], "NAME is the reference's name, OTHER the"),
        (["--rename", "d=delta"], "must be of ['input', 'target', 'delta'], got 'd'"),
    ],
)
def test_what_cannot_be_compared_has_its_own_status(words, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*HUBER, *words])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
