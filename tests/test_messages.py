"""A wrong call says what to do: in these words, and for every loss that it fits."""

import functools
import inspect
import pathlib
import re
from typing import get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss._core.typing import SupportsArray
from funloss._core.wrong_calls import _BY_CLASS, _WORDS
from funloss._registry import LOSSES
from tests.table import LABELLED, rows

X, T = np.asarray([[0.5, -1.0, 2.0, 0.25]] * 3), np.zeros((3, 4))
LABELS = np.asarray([2, 0, 1])
TRACED = "under jax.jit, name it in static_argnames"


@fl.elementwise_loss
def scaled(xp, input, target, *, scale=1.0):
    """Scale an error."""
    return scale * (input - target)


def own(loss):
    return inspect.signature(loss).parameters


def raised(call):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    return f"{type(caught.value).__name__}: {caught.value}"


UNKNOWN = "TypeError: {}() got an unexpected keyword argument {!r}: {}"
BY_REDUCE = "weigh what reduction='none' returns by reduce(loss, weight=...)"
# A loss, a word that it does not have, and the answer.
WORDS = [
    (fl.l1_loss, "y_true", "it is target= here"),
    (fl.l1_loss, "y_pred", "it is input= here"),
    (fl.cross_entropy, "logits", "it is input= here"),
    (fl.cross_entropy, "labels", "it is target= here"),
    (fl.ctc_loss, "logits", "it is log_probs= here"),
    (fl.ctc_loss, "labels", "it is targets= here"),
    (fl.rnnt_loss, "acts", "it is logits= here"),
    (fl.rnnt_loss, "act_lens", "it is logit_lengths= here"),
    (fl.l1_loss, "weights", "it is weight= here"),
    (fl.cross_entropy, "weights", "it is weight= here, one number a class"),
    (fl.cross_entropy, "sample_weight", BY_REDUCE),
    (fl.smooth_l1_loss, "weights", BY_REDUCE),
    (fl.cross_entropy, "mask", "it is where= here, True where an element counts"),
    (fl.cross_entropy, "dim", "it is axis= here"),
    (fl.cosine_similarity, "axis", "it is dim= here"),
    (fl.mse_loss, "size_average", "it is reduction= here, 'none', 'mean' or 'sum'"),
    (fl.dice_loss, "from_logits", "it is activation= here, 'softmax' or 'sigmoid'"),
    (
        fl.binary_cross_entropy,
        "from_logits",
        "of logits it is binary_cross_entropy_with_logits",
    ),
    (fl.cross_entropy, "from_logits", "input is logits here"),
    (fl.ntxent_loss, "temprature", "did you mean temperature=?"),
    (
        fl.mse_loss,
        "margin",
        "it takes input, target, reduction, weight, where, dtype",
    ),
    (scaled, "scal", "did you mean scale=?"),
]
MISSING = "missing 1 required positional argument: 'target'"
PLACES = "{} positional arguments but {} were given: options are keyword-only: {}"
# A call, and how its message goes on after "TypeError: " and the name of the loss.
CALLS = {
    "logits and labels": (
        lambda: fl.cross_entropy(logits=X, labels=LABELS),
        (
            "got an unexpected keyword argument 'logits': it is input= here; "
            "'labels': it is target= here"
        ),
    ),
    "number": (
        lambda: fl.huber_loss(X, T, 0.5),
        PLACES.format("takes 2", 3, "delta=0.5"),
    ),
    "string": (
        lambda: fl.huber_loss(jnp.asarray(X), T, "sum", 0.5),
        PLACES.format("takes 2", 4, "reduction='sum', delta=0.5"),
    ),
    "after a weight": (
        lambda: fl.cross_entropy(X, LABELS, None, 0.1),
        PLACES.format("takes from 2 to 3", 4, "label_smoothing=0.1"),
    ),
    "arrays": (
        lambda: fl.mse_loss(X, T, X > 0, T),
        PLACES.format("takes 2", 4, "where=..., weight=..."),
    ),
    "bool": (
        lambda: fl.kl_div(X, T, True),
        PLACES.format("takes 2", 3, "log_target=True"),
    ),
    "nothing that fits": (
        lambda: fl.mse_loss(X, T, {}),
        PLACES.format("takes 2", 3, "reduction, weight, where, dtype"),
    ),
    "own loss": (lambda: scaled(X, T, 2.0), PLACES.format("takes 2", 3, "scale=2.0")),
    "nothing": (
        lambda: fl.mse_loss(X),
        "missing 1 required positional argument: 'target'",
    ),
}


@pytest.mark.parametrize(
    ("loss", "word", "answer"), WORDS, ids=[f"{x.__name__}-{y}" for x, y, _ in WORDS]
)
def test_a_word_that_a_loss_does_not_have_is_answered(loss, word, answer):
    message = raised(lambda: loss(**{word: X}))
    assert message == UNKNOWN.format(loss.__name__, word, answer)


@pytest.mark.parametrize(("call", "message"), CALLS.values(), ids=CALLS)
def test_a_wrong_call_says_what_to_do(call, message):
    assert re.fullmatch(rf"TypeError: \w+\(\) {re.escape(message)}", raised(call))


def test_an_option_given_as_an_array_of_numpy_is_named():
    message = raised(lambda: fl.cross_entropy(X, LABELS, axis=np.asarray(1)))
    assert message == (
        "TypeError: axis must be a Python integer, got ndarray: pass axis.item()"
    )


@pytest.mark.parametrize("name", LOSSES)
def test_a_foreign_word_is_answered_with_arguments_of_the_loss(name):
    loss = getattr(fl, name)
    known = own(loss)
    words = {word for x in known for word in _WORDS.get(x, "").split()}
    words |= {"from_logits", "mask", "sample_weight", "tau", "k", "huber_param"}
    for word in words - {*known}:
        message = raised(functools.partial(loss, **{word: 1}))
        start = UNKNOWN.format(name, word, "")
        assert message.startswith(start)
        answer = message.removeprefix(start)
        if answer == BY_REDUCE or word == "from_logits":
            continue
        assert set(re.findall(r"(\w+)=", answer)) <= {*known}
        bare = word.replace("_", "")
        meant = [f"{x} {_WORDS.get(x, '')}".replace("_", "").split() for x in known]
        assert any(bare in some for some in meant) == ("it is " in answer)


@rows()
def test_a_real_error_of_a_call_is_left_as_it_is(row):
    # Not the arguments are wrong but one of the arrays.
    arrays = row.made(np)
    arrays[row.floats()[0]] = {"not": "an array"}
    message = raised(lambda: row.with_options()(*arrays))
    assert "must be an array, got " in message


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_weighed_by_class_is_known(name):
    weighed = "weight: Class weights" in (getattr(fl, name).__doc__ or "")
    like_another = "weight: As for `tversky_loss`" in (getattr(fl, name).__doc__ or "")
    assert (name in _BY_CLASS) == (weighed or like_another)


def statics():
    """Yield every option of every loss that must be a Python value."""
    seen = set()
    for label, row in LABELLED.items():
        for name, parameter in inspect.signature(row.loss).parameters.items():
            real = SupportsArray in get_args(parameter.annotation)
            static = isinstance(parameter.default, bool | int | str) and not real
            static |= name in {"topn", "chunk_size", "lambda_weight", "activation"}
            static |= name in {"axis", "ignore_index"}
            static |= parameter.annotation is float and name != "eps"
            if static and (row.loss, name) not in seen:
                seen.add((row.loss, name))
                yield pytest.param(row, name, id=f"{label}-{name}")


@pytest.mark.parametrize(("row", "name"), [*statics()])
def test_a_traced_option_that_must_be_a_python_value_is_named(row, name):
    # Without it, there is no time.
    options = {"lambda_": 0.5} if name == "time_axis" else {}
    loss = row.with_options(**options)
    message = raised(lambda: jax.jit(lambda x: loss(*row.made(jnp), **{name: x}))(1))
    start = rf"TypeError: {name} must be a Python (integer|bool|string|number), got "
    assert re.fullmatch(rf"{start}\w+: {TRACED}", message)


def labelled(chosen=lambda _: True):
    """Parametrise with the chosen losses of scores of classes and integer labels."""
    found = {}
    for label, row in LABELLED.items():
        arrays = row.values()
        target = arrays.get("target")
        if target is None or target.dtype.kind != "i" or "input" not in arrays:
            continue
        fits = target.shape == arrays["input"].shape[: target.ndim]
        if fits and target.ndim == arrays["input"].ndim - 1 and chosen(row):
            found[label] = row
    return pytest.mark.parametrize("row", found.values(), ids=found)


def of_probabilities(row):
    """Tell whether the loss also takes probabilities of classes."""
    return any(
        other.loss is row.loss and other.values()["target"].dtype.kind == "f"
        for other in LABELLED.values()
        if "target" in other.arrays
    ) or row.loss in {fl.linear_cross_entropy}


@labelled(lambda row: row.has("axis"))
def test_a_forgotten_axis_is_named(row):
    scores, labels = np.ones((2, 7, 5)) / 2, np.ones((2, 7), int)
    message = raised(lambda: row.with_options(axis=1)(scores, labels))
    assert message == (
        "ValueError: target must have shape (2, 5), that of input (2, 7, 5) "
        "without axis 1, got (2, 7): pass axis=-1"
    )
    loss = row.with_options(axis=-1)
    assert np.isfinite(loss(scores, labels))
    # No other axis fits, or none that the loss may have.
    message = raised(lambda: row.with_options(axis=1)(scores, labels[:, :3]))
    assert message.endswith("got (2, 3)")


@pytest.mark.parametrize(
    "loss",
    [fl.policy_gradient_loss, fl.q_learning_loss, fl.retrace_loss],
    ids=lambda loss: loss.__name__,
)
def test_a_forgotten_axis_of_actions_is_named(loss):
    count = sum(p.kind is not p.KEYWORD_ONLY for p in own(loss).values())
    values, action = np.ones((2, 7, 5)), np.ones((2, 5), int)
    known = {"next_value": values, "next_action": action, "policy": values}
    rest = [known.get(name, 0.5) for name in list(own(loss))[2:count]]
    assert raised(lambda: loss(values, action, *rest)).endswith(
        "without axis 2, got (2, 5): pass axis=1"
    )


@labelled()
def test_labels_that_are_floating_are_told_what_they_are_read_as(row):
    arrays = row.made(np)
    place = list(row.arrays).index("target")
    arrays[place] = arrays[place] * 1.0
    # What marks labels to ignore is no option for probabilities.
    options = {x: p.default for x, p in own(row.loss).items() if x == "ignore_index"}
    loss = row.with_options(**options)
    message = raised(lambda: loss(*arrays))
    if of_probabilities(row) and not row.has("activation"):
        assert message.endswith(
            ": a floating target is read as probabilities; labels must be integers"
        )
    else:
        assert message == (
            "TypeError: target must be integer, got float64: "
            "astype(int) makes labels of whole numbers"
        )


# Overlaps take one-hot integers; the clusters of classes have no scores yet.
@labelled(lambda row: not row.has("activation") and "head_weight" not in row.arrays)
def test_one_hot_labels_that_are_integers_are_told_what_to_be(row):
    arrays = row.made(np)
    place = list(row.arrays).index("target")
    arrays[place] = np.ones(arrays[0].shape, int)
    if row.loss is fl.linear_cross_entropy:
        arrays[place] = np.ones((3, 4), int)
    way = "must be floating" if of_probabilities(row) else "are not taken"
    assert raised(lambda: row.with_options()(*arrays)).endswith(
        f": one-hot targets {way}, labels have no class axis"
    )


@labelled()
def test_labels_given_before_scores_are_told_the_order(row):
    arrays = row.made(np)
    places = [list(row.arrays).index(name) for name in ("input", "target")]
    names = [*row.arrays]
    if row.loss.__name__ == "adaptive_log_softmax_with_loss":
        names[3:] = ["tail_weights"]
    arrays[places[0]], arrays[places[1]] = (arrays[k] for k in reversed(places))
    assert raised(lambda: row.with_options()(*arrays)).endswith(
        f": the order is {', '.join(names)}"
    )


LOG_PROBS = np.log(np.full((7, 20, 4), 0.25))


@pytest.mark.parametrize(
    ("targets", "lengths"),
    [
        (np.ones((7, 3), int), [20] * 7),
        (np.ones((7, 3), int), np.full(7, 20)),
        (np.ones(21, int), [20] * 7),
        (np.ones(21, int), np.full(7, 20)),
        (np.ones((7, 3), int), [7] * 7),
    ],
    ids=["lists", "arrays", "concatenated lists", "concatenated arrays", "short"],
)
def test_ctc_with_samples_first_is_told_that_time_is(targets, lengths):
    ends = type(lengths)([3] * 7) if isinstance(lengths, list) else np.full(7, 3)
    assert raised(lambda: fl.ctc_loss(LOG_PROBS, targets, lengths, ends)).endswith(
        ": time is the first axis of log_probs, samples the second"
    )


def test_ctc_of_a_length_that_is_wrong_is_not_told_of_time():
    message = raised(
        lambda: fl.ctc_loss(LOG_PROBS, np.ones((20, 3), int), [8] * 20, [3] * 20)
    )
    assert message == "ValueError: input_lengths must be in 0..7, got 8 at (0,)"


def test_no_line_that_raises_has_a_comment():
    # It would be the last line of the user's traceback.
    root = pathlib.Path(fl.__file__).parent
    for path in root.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.match(r"\s*raise\b.*#", line), (path, line)
