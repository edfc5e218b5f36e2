"""Curves of the losses of values and policies."""

from parity.curve import Curve
from parity.curves.lines import ONE
from parity.differences.arrays import f64, ints
from parity.references import policies, values

__all__ = ["CURVES"]

STEP = {"reward": f64(1.0), "discount": f64(0.5)}
FIRST = {"input": f64([1.0, 0.0])}
ATOMS = f64(-1.0, 0.0, 1.0)
LOGITS = f64([0.0, 0.5, 1.0])
OTHER = "the other action's 0"

CURVES = [
    Curve(
        "td_loss",
        "value of a state",
        (-2.0, 4.0),
        "a reward of 1, a discount of 0.5 and a value of 1 after it",
        {"input": f64(0.0), **STEP, "next_value": f64(1.0)},
        ONE,
        reference=values.td,
    ),
    Curve(
        "q_learning_loss",
        "value of the action taken",
        (-2.0, 4.0),
        "a reward of 1, a discount of 0.5 and values of 0 and 2 after it",
        {
            "input": f64([0.0, 0.0]),
            "action": ints(0),
            **STEP,
            "next_value": f64([0.0, 2.0]),
        },
        FIRST,
        reference=values.q_learning,
    ),
    Curve(
        "retrace_loss",
        "value of the action taken",
        (-2.0, 4.0),
        "a reward of 1, a discount of 0.5 and values of 0 and 2, as likely, after it",
        {
            "input": f64([0.0, 0.0]),
            "action": ints(0),
            **STEP,
            "next_value": f64([0.0, 2.0]),
            "next_action": ints(1),
            "policy": f64([0.5, 0.5]),
            "behaviour": f64(0.5),
        },
        FIRST,
        reference=values.retrace,
    ),
    Curve(
        "categorical_td_loss",
        "logit of the first of three atoms",
        (-6.0, 6.0),
        "a reward of 0.25 before a distribution on atoms of -1, 0 and 1",
        {
            "input": f64([0.0, 0.0, 0.0]),
            "atoms": ATOMS,
            "reward": f64(0.25),
            "discount": f64(1.0),
            "next_logits": LOGITS,
        },
        {"input": f64([1.0, 0.0, 0.0])},
        reference=values.categorical_td,
    ),
    Curve(
        "categorical_q_learning_loss",
        "logit of the first of three atoms",
        (-6.0, 6.0),
        "the only action; a reward of 0.25 before a distribution on -1, 0 and 1",
        {
            "input": f64([[0.0, 0.0, 0.0]]),
            "atoms": ATOMS,
            "action": ints(0),
            "reward": f64(0.25),
            "discount": f64(1.0),
            "next_logits": f64([[0.0, 0.5, 1.0]]),
        },
        {"input": f64([[1.0, 0.0, 0.0]])},
        reference=values.categorical_q_learning,
    ),
    Curve(
        "quantile_huber_loss",
        "quantile of level 0.75",
        (-3.0, 3.0),
        "a sample of 0; delta 1",
        {"input": f64([0.0]), "target": f64([0.0]), "tau": f64(0.75)},
        {"input": f64([1.0])},
        reference=values.quantile_huber,
    ),
    Curve(
        "quantile_q_learning_loss",
        "median of the action taken",
        (-2.0, 4.0),
        "a reward of 1, a discount of 0.5 and a return of 2 or 0 after it",
        {
            "input": f64([[0.0], [0.0]]),
            "action": ints(0),
            **STEP,
            "next_value": f64([[2.0], [0.0]]),
        },
        {"input": f64([[1.0], [0.0]])},
        reference=values.quantile_q_learning,
    ),
    Curve(
        "policy_gradient_loss",
        "logit of the action taken",
        (-6.0, 6.0),
        f"{OTHER}; an advantage of 1",
        {"input": f64([0.0, 0.0]), "action": ints(0), "advantage": f64(1.0)},
        FIRST,
        reference=policies.policy_gradient,
    ),
    Curve(
        "entropy_loss",
        "logit of one action",
        (-6.0, 6.0),
        OTHER,
        {"input": f64([0.0, 0.0])},
        FIRST,
        reference=policies.entropy,
    ),
    Curve(
        "dpg_loss",
        "gradient of the value",
        (-3.0, 3.0),
        "any action; the gradient is a constant and has no slope",
        {"input": f64([0.0]), "gradient": f64([0.0])},
        {"gradient": f64([1.0])},
        reference=policies.dpg,
    ),
    Curve(
        "ppo_clip_loss",
        "change of the logarithm of a probability",
        (-1.0, 1.0),
        "an advantage of 1; epsilon 0.2",
        {"input": f64(0.0), "old": f64(0.0), "advantage": f64(1.0)},
        ONE,
        reference=policies.ppo_clip,
    ),
    *(
        Curve(
            f"{name}_loss",
            "logit of the better action",
            (-6.0, 6.0),
            f"{OTHER}; worth 1 and 0",
            {"input": f64([0.0, 0.0]), "value": f64([1.0, 0.0])},
            FIRST,
            reference=getattr(policies, name),
        )
        for name in ("qpg", "rm", "rpg")
    ),
]
