"""Figures of the losses of values and policies."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Axis, Contour, Figure, Lines, Picture
from docs.figures.palette import INK, RULE, SERIES
from docs.figures.parts import arrows, curve_of, gradient_of, panel
from parity.curves import CURVES

__all__ = ["FIGURES"]

STEPS = np.arange(8)
ATOMS = np.linspace(-2, 2, 9)
VALUES = np.asarray([1.0, 2.0, 4.0])
CORNERS = np.asarray([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])


def _loss(loss: Callable[..., Any], *arrays: Any, **options: Any) -> np.ndarray:
    """Return one loss a row."""
    arrays = tuple(map(np.asarray, arrays))
    return np.asarray(loss(*arrays, reduction="none", **options))


def _legend(canvas: Canvas, *panels: Axes, columns: int = 4) -> None:
    """Name what the panels show, below them."""
    shown = [line for axes in panels for line in axes.get_legend_handles_labels()[0]]
    canvas.legend(handles=shown, loc="outside lower center", ncols=columns, fontsize=9)


def _softmax(x: Any) -> np.ndarray:
    powers = np.exp(x - np.max(x, -1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _td(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True)
    panel(left, "value, and what it is drawn to", "step")
    panel(right, "gradient", "step")
    value = np.linspace(0.1, 0.45, 8)
    reward, discount = np.eye(8)[7], np.where(STEPS < 7, 0.9, 0.0)
    after = np.append(value[1:], 0.0)
    left.plot(STEPS, value, "o", color=INK, label="value")
    for share, colour, style in zip((0.0, 0.5, 1.0), SERIES, "os^", strict=False):
        gradient = gradient_of(
            fl.td_loss, value, reward, discount, after, lambda_=share
        )
        options = {"color": colour, "marker": style, "label": f"lambda_={share:g}"}
        left.plot(STEPS, value - gradient, "-", markersize=4, **options)
        right.plot(STEPS, gradient, "-", markersize=4, **options)
    _legend(canvas, left)


def _q_learning(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, width_ratios=(2, 3))
    after, online, policy = [2.0, 6.0, 4.0], [5.0, 3.0, 1.0], [0.25, 0.5, 0.25]
    for shift, values, name in ((-0.2, after, "next_value"), (0.2, online, "selector")):
        colour = SERIES[shift > 0]
        left.bar(np.arange(3) + shift, values, 0.38, color=colour, label=name)
    panel(left, "after the step", "action", "value")
    left.set_xticks(range(3))
    left.legend(fontsize=9, loc="upper left")
    left.set_ylim(0, 8)
    panel(right, "value of the action, and its target", "how the next one is chosen")
    choices = {
        "best": {},
        "selector": {"selector": torch.tensor([online])},
        "policy": {"policy": torch.tensor([policy])},
        "next_action=2": {"next_action": torch.tensor([2])},
    }
    step = [0], [1.0], 0.5, [after]
    for place, options in enumerate(choices.values()):
        gradient = gradient_of(fl.q_learning_loss, [[1.0, 0.0, 0.0]], *step, **options)[
            0, 0
        ]
        right.plot(place, 1.0, "o", color=INK)
        right.plot(place, 1.0 - gradient, "_", color=SERIES[0], markersize=24, mew=3)
        arrows(right, ([place], [1.1]), (0.0, [-gradient - 0.2]), INK)
        words = f"{1.0 - gradient:g}, loss {gradient**2 / 2:.4g}"
        right.text(place, 1.15 - gradient, words, ha="center", fontsize=9)
    right.set_xticks(range(4), list(choices), fontsize=9)
    right.set_xlim(-0.6, 3.6)
    right.set_ylim(0, 5)


def _retrace(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True)
    likely, behaviour = np.asarray([0.8] * 4 + [0.1] + [0.8] * 3), np.full(8, 0.8)
    left.bar(STEPS, np.minimum(likely / behaviour, 1), color=SERIES[4])
    panel(left, "policy / behaviour of the next action", "step")
    panel(right, "target of the action taken", "step")
    nothing, action = np.zeros((8, 2)), np.zeros(8, int)
    step = nothing, action, np.eye(8)[7], np.full(8, 0.9), nothing
    policies = action, np.stack([likely, 1 - likely], -1), behaviour
    same = {"next_action": torch.tensor(action), "lambda_": 1.0}
    gradients = {
        "q_learning_loss(lambda_=1)": gradient_of(fl.q_learning_loss, *step, **same),
        "retrace_loss": gradient_of(fl.retrace_loss, *step, *policies),
        "retrace_loss(lambda_=0)": gradient_of(
            fl.retrace_loss, *step, *policies, lambda_=0.0
        ),
    }
    styles = zip(gradients, SERIES, "s^o", strict=False)
    for name, colour, mark in styles:
        target = -gradients[name][:, 0]
        right.plot(STEPS, target, color=colour, marker=mark, markersize=4, label=name)
    _legend(canvas, right)


def _categorical_td(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True, sharey=True)
    after = np.asarray([0.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.5, 1.5])
    logits = -np.abs(ATOMS) / 2
    reward, discount = 0.8, 0.7
    step = ATOMS, reward, discount, after
    predicted = _softmax(logits)
    target = predicted - gradient_of(fl.categorical_td_loss, logits, *step)
    places = reward + discount * ATOMS
    panel(left, "after the step", "return", "probability")
    panel(right, "target, and what is predicted", "return")
    left.bar(ATOMS, _softmax(after), color=SERIES[4], width=0.2, label="at the atoms")
    moved = "at reward + discount * atoms"
    left.bar(places, _softmax(after), color=SERIES[0], width=0.08, label=moved)
    right.bar(ATOMS, target, color=SERIES[0], width=0.35)
    right.plot(ATOMS, predicted, "D", color=SERIES[1], label="input", zorder=3)
    arrows(right, (ATOMS, predicted), (0.0, target - predicted), INK)
    for axes in (left, right):
        axes.set_xticks(np.arange(-2, 3))
    _legend(canvas, left, right, columns=3)


def _categorical_q(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True, sharey=True)
    sure, torn = -6 * (ATOMS - 0.25) ** 2, 2.2 * np.abs(ATOMS - 0.2) + 0.4 * ATOMS
    after, logits = np.stack([sure, torn]), np.zeros((2, 9))
    step = ATOMS, 0, 0.0, 0.75, after
    gradient = gradient_of(fl.categorical_q_learning_loss, logits, *step)
    panel(left, "two actions after the step", "return", "probability")
    panel(right, "target of the action taken", "return")
    for action, shift in enumerate((-0.1, 0.1)):
        masses, colour = _softmax(after[action]), SERIES[action]
        mean = masses @ ATOMS
        name = f"action {action}, mean {mean:.2f}"
        left.bar(ATOMS + shift, masses, color=colour, width=0.2, label=name)
        left.axvline(mean, color=colour, linestyle="--", linewidth=1.4)
    target = _softmax(logits[0]) - gradient[0]
    best = int(np.argmax(_softmax(after) @ ATOMS))
    right.bar(ATOMS, target, color=SERIES[best], width=0.35)
    right.plot(ATOMS, _softmax(logits[0]), "D", color=INK, zorder=3, label="input")
    arrows(right, (ATOMS, _softmax(logits[0])), (0.0, -gradient[0]), INK)
    for axes in (left, right):
        axes.set_xticks(np.arange(-2, 3))
    _legend(canvas, left, right, columns=3)


def _fitted(samples: np.ndarray, count: int, delta: float) -> np.ndarray:
    """Return quantiles of samples by descent."""
    quantiles = np.full(count, samples.mean())
    for step in range(600):
        gradient = gradient_of(fl.quantile_huber_loss, quantiles, samples, delta=delta)
        quantiles = quantiles - 0.6 * 0.99**step * gradient
    return quantiles


def _quantile_huber(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    panel(left, "gradient by the level", "quantile - sample", "gradient")
    errors = np.linspace(-3, 3, 241)
    for level, colour in zip((0.1, 0.5, 0.9), SERIES, strict=False):
        for delta, style in ((1.0, "-"), (0.0, ":")):
            row = errors[:, None], np.zeros((241, 1))
            tau = torch.tensor([level], dtype=torch.float64)
            gradient = gradient_of(fl.quantile_huber_loss, *row, tau=tau, delta=delta)[
                :, 0
            ]
            gradient[errors == 0] = np.nan if delta == 0 else gradient[errors == 0]
            name = f"tau={level}, delta={delta:g}"
            left.plot(errors, gradient, linestyle=style, color=colour, label=name)
    _legend(canvas, left, columns=3)
    samples = np.sort(np.random.default_rng(0).exponential(size=80))
    levels = (np.arange(9) + 0.5) / 9
    panel(right, "quantiles fitted to 80 samples", "sample", "share below")
    right.step(
        samples, np.arange(1, 81) / 80, where="post", color=SERIES[4], label="samples"
    )
    for delta, mark, colour in ((0.0, "o", SERIES[0]), (2.0, "D", SERIES[1])):
        at = _fitted(samples, 9, delta)
        right.plot(at, levels, mark, color=colour, label=f"delta={delta:g}")
    right.axvline(samples.mean(), color=INK, linestyle="--", linewidth=1, label="mean")
    right.legend(fontsize=9, loc="lower right")
    right.set_xlim(-0.2, 4)


def _quantile_q(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharey=True)
    levels = (np.arange(5) + 0.5) / 5
    after = np.asarray([[1.0, 1.5, 2.0, 2.5, 3.0], [-1.0, 0.5, 2.5, 4.5, 6.0]])
    value = np.full((2, 5), 2.0)
    panel(left, "two actions after the step", "return", "share below")
    for action in range(2):
        name = f"action {action}, mean {after[action].mean():g}"
        left.step(
            after[action], levels, "o-", where="mid", color=SERIES[action], label=name
        )
    gradient = gradient_of(
        fl.quantile_q_learning_loss, value, 0, 1.0, 0.5, after, delta=0.0
    )
    best = int(np.argmax(after.mean(-1)))
    target = 1.0 + 0.5 * after[best]
    panel(right, "quantiles of the action taken", "return")
    right.step(
        target,
        levels,
        "o-",
        where="mid",
        color=SERIES[best],
        label="reward + discount * action 1",
    )
    right.plot(
        value[0], levels, "D", color=INK, label="input, and twice minus its gradient"
    )
    arrows(right, (value[0], levels), (-2 * gradient[0], 0.0), INK, width=0.01)
    for axes in (left, right):
        axes.set_ylim(0, 1)
    _legend(canvas, left, right, columns=2)


def _policy_gradient(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 2, sharey=True)
    policy = np.asarray([0.5, 0.3, 0.15, 0.05])
    for axes, advantage in zip(panels, (1.0, -1.0), strict=True):
        step = np.log(policy), 1, advantage
        gradient = gradient_of(fl.policy_gradient_loss, *step)
        loss = _loss(fl.policy_gradient_loss, *step)
        panel(axes, f"advantage {advantage:g}: loss {loss:.2f}", "action")
        colours = [SERIES[0] if action == 1 else SERIES[4] for action in range(4)]
        axes.bar(range(4), policy, color=colours, width=0.6)
        arrows(axes, (np.arange(4), policy), (0.0, -gradient), INK, width=0.012)
        for action in range(4):
            up = policy[action] - gradient[action]
            words, place = (
                f"{-gradient[action]:+.2f}",
                up - 0.07 * np.sign(gradient[action]),
            )
            axes.text(action, place, words, ha="center", va="center", fontsize=9)
        axes.axhline(0, color=RULE)
        axes.set_xticks(range(4), ["0", "1, taken", "2", "3"])
        axes.set_ylim(-0.6, 1.25)
    panels[0].set_ylabel("probability, and minus the gradient")


def _ppo(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True)
    ratio = np.linspace(0.02, 2, 397)
    panel(left, "value", "ratio of probabilities")
    panel(right, "gradient in the logarithm", "ratio of probabilities")
    for advantage, colour in ((1.0, SERIES[0]), (-1.0, SERIES[1])):
        for epsilon, style in ((0.2, "-"), (1e6, ":")):
            arrays = np.log(ratio), np.zeros(397), np.full(397, advantage)
            name = f"advantage {advantage:g}" + (", never cut" if style == ":" else "")
            lines = {"linestyle": style, "color": colour, "label": name}
            left.plot(ratio, _loss(fl.ppo_clip_loss, *arrays, epsilon=epsilon), **lines)
            gradient = gradient_of(fl.ppo_clip_loss, *arrays, epsilon=epsilon)
            gradient[1:][np.abs(np.diff(gradient)) > 0.5] = np.nan
            right.plot(ratio, gradient, **lines)
    for axes in (left, right):
        for bound in (0.8, 1.2):
            axes.axvline(bound, color=INK, linewidth=0.8, linestyle="--")
    _legend(canvas, left)


def _critic(action: Any) -> Any:
    """Return the value of actions in the plane, with one peak."""
    peak = ((action - torch.tensor([1.0, 0.5])) ** 2).sum(-1)
    return torch.exp(-2 * peak) - 0.1 * (action**2).sum(-1)


def _dpg(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 2, sharex=True, sharey=True)
    x, y = np.meshgrid(*[np.linspace(-2, 2, 81)] * 2)
    height = np.asarray(_critic(torch.tensor(np.stack([x, y], -1))))
    here = np.stack(np.meshgrid(*[np.linspace(-1.8, 1.8, 9)] * 2), -1).reshape(-1, 2)
    action = torch.tensor(here, requires_grad=True)
    (rise,) = torch.autograd.grad(_critic(action).sum(), action)
    for axes, clipping in zip(panels, (None, 0.6), strict=True):
        gradient = gradient_of(fl.dpg_loss, here, rise, clipping=clipping)
        axes.contour(x, y, height, levels=10, colors=SERIES[4], linewidths=0.9)
        arrows(axes, here.T, -0.25 * gradient.T, SERIES[0])
        panel(axes, f"clipping={clipping}", "action, first component")
    panels[0].set_ylabel("action, second component")


def _triangle(axes: Axes, loss: Callable[..., Any], colour: str) -> None:
    """Draw where policies over three actions go, in the triangle of all policies."""
    twelfths = [(i, j, 12 - i - j) for i in range(1, 11) for j in range(1, 12 - i)]
    parts = np.asarray(twelfths) / 12
    gradient = gradient_of(
        loss, np.log(parts), np.broadcast_to(VALUES, parts.shape).copy()
    )
    # What a step of the logits does to the probabilities.
    change = -parts * (gradient - (parts * gradient).sum(-1, keepdims=True))
    axes.plot(*CORNERS[[0, 1, 2, 0]].T, color=RULE)
    here, way = parts @ CORNERS, change @ CORNERS
    axes.quiver(*here.T, *way.T, color=colour, scale=2.5, width=0.009)
    for corner, value, across in zip(CORNERS, VALUES, (-0.03, 0.03, 0.0), strict=True):
        words = f"worth {value:g}"
        up = 0.05 if corner[1] else -0.08
        axes.text(corner[0] + across, corner[1] + up, words, ha="center", fontsize=9)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(-0.2, 1.2)
    axes.set_ylim(-0.14, 1.0)


def _pulls(axes: Axes, losses: dict[str, str], policy: np.ndarray) -> None:
    """Draw minus the gradient of each action."""
    wide = 0.8 / len(losses)
    for number, (name, colour) in enumerate(losses.items()):
        gradient = gradient_of(getattr(fl, name), np.log(policy), VALUES)
        places = np.arange(3) + (number - (len(losses) - 1) / 2) * wide
        axes.bar(places, -gradient, wide * 0.9, color=colour, label=name)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set_xticks(
        range(3),
        [f"{p:.2g}, worth {v:g}" for p, v in zip(policy, VALUES, strict=True)],
        fontsize=9,
    )
    axes.set_xlabel("probability of each action, and its worth")


def _qpg(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    panel(left, "minus the gradient", "")
    _pulls(left, {"qpg_loss": SERIES[0]}, np.asarray([0.5, 0.3, 0.2]))
    right.set_title("where policies go", loc="left", fontsize=10)
    _triangle(right, fl.qpg_loss, SERIES[0])


def _rm(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    panel(left, "minus the gradient", "")
    losses = {"rm_loss": SERIES[0], "qpg_loss": SERIES[1], "rpg_loss": SERIES[2]}
    _pulls(left, losses, np.asarray([0.6, 0.25, 0.15]))
    right.set_title("where policies go", loc="left", fontsize=10)
    _triangle(right, fl.rm_loss, SERIES[0])
    _legend(canvas, left)


def _of_logits(loss: Callable[..., Any], *value: Any) -> Callable[..., np.ndarray]:
    """Return the losses of policies by two of their three logits."""

    def of_two(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        logits = np.stack([x, y, np.zeros_like(x)], -1)
        rest = [np.broadcast_to(v, logits.shape) for v in value]
        return _loss(loss, logits, *rest)

    return of_two


FIGURES: dict[str, Figure] = {
    "td_loss": Picture(
        _td,
        "Eight steps whose last one alone has a reward. With lambda_=0 each value is "
        "drawn to 0.9 times the next one, with lambda_=1 to the discounted reward, "
        "which is 0.48 at the first step and 1 at the last; 0.5 lies between.",
    ),
    "q_learning_loss": Picture(
        _q_learning,
        "One action, worth 1, after a reward of 1 and before actions worth 2, 6 and "
        "4, at a discount of 0.5. Drawn to the best it has the target 4 and loss "
        "4.5; to the one that another network rates highest, 2 and 0.5; to the mean "
        "under a policy, 3.25 and 2.531; to the next action 2, 3 and 2.",
    ),
    "retrace_loss": Picture(
        _retrace,
        "Eight steps whose last one alone has a reward of 1. The policy would hardly "
        "have taken one action, where its probability is an eighth of the "
        "behaviour's. Targets follow the discounted reward back to there, as those of "
        "q_learning_loss with lambda_=1 do to the first step; before it they fall "
        "from 0.81 to 0.09. With lambda_=0 they are 0 at once.",
    ),
    "categorical_td_loss": Picture(
        _categorical_td,
        "A distribution on nine atoms from -2 to 2, shrunk by the discount 0.7 and "
        "moved by the reward 0.8. Shared among the atoms it is the target: what lies "
        "beyond 2 is put on the last atom, which has 0.37. Arrows from the predicted "
        "probabilities to the target are minus the gradients.",
    ),
    "categorical_q_learning_loss": Picture(
        _categorical_q,
        "Two actions after a step: one has its returns near 0.25, the other near -2 "
        "and 2, and a higher mean, 0.52. Its distribution, shrunk by the discount "
        "0.75, is the target of the action taken; arrows from equal probabilities to "
        "it are minus the gradients.",
    ),
    "quantile_huber_loss": Picture(
        _quantile_huber,
        "Left, the gradient by the error: a quantile of level tau is pushed up with "
        "tau by a sample above and down with 1 - tau by one below, between them in a "
        "line if delta is 1 and in a jump if it is 0. Right, nine quantiles fitted to "
        "skewed samples: with delta=0 they lie on the share of samples below, with "
        "delta=2 nearer to the mean.",
    ),
    "quantile_q_learning_loss": Picture(
        _quantile_q,
        "Two actions after a step, with mean returns of 2 and 2.5. Five quantiles of "
        "the action taken, all at 2, are drawn to half the wider returns plus 1: the "
        "lowest goes down by 0.3 times the learning rate, the highest up by 0.5 "
        "times.",
    ),
    "policy_gradient_loss": Picture(
        _policy_gradient,
        "A policy over four actions and minus its gradients, after the second was "
        "taken. With an advantage of 1 that one goes up by 0.70 and the others down by "
        "their probabilities; with an advantage of -1 all arrows are turned round.",
    ),
    "entropy_loss": Contour(
        Axis("logit of the first action", (-4.0, 4.0)),
        Axis("logit of the second (third: 0)", (-4.0, 4.0)),
        _of_logits(fl.entropy_loss),
        "Losses over two of three logits, the third being 0. The least, -1.10, is "
        "where all are equal; losses rise towards 0 where one action is far above the "
        "others, and the gradient is smallest there and at the middle.",
    ),
    "dpg_loss": Picture(
        _dpg,
        "Actions in the plane, on the height lines of a critic with one peak. Arrows, "
        "a quarter of minus the gradients, point uphill, across the lines, and are "
        "longest on the sides of the peak; with clipping=0.6 none is longer than "
        "0.15, and all keep their directions.",
    ),
    "ppo_clip_loss": Picture(
        _ppo,
        "Value and gradient over the ratio of probabilities, for advantages of 1 and "
        "-1 and an epsilon of 0.2. With an advantage of 1 the value falls to -1.2 at a "
        "ratio of 1.2 and stays; with -1 it falls from 2 to 0.8 at a ratio of 0.8 and "
        "stays. Beyond these bounds the gradient is 0, and it is minus the advantage "
        "times the ratio before.",
    ),
    "sampled_kl_loss": Lines(
        CURVES["sampled_kl_loss"],
        curve_of("sampled_kl_loss", estimator="k1"),
        curve_of("sampled_kl_loss", estimator="k2"),
    ),
    "qpg_loss": Picture(
        _qpg,
        "Three actions worth 1, 2 and 4, and a policy of 0.5, 0.3 and 0.2: the first, "
        "worth less than the mean of 1.9, becomes rarer, the others likelier. In the "
        "triangle of all policies, arrows lead to the corner of the best action, and "
        "are short near corners.",
    ),
    "rm_loss": Picture(
        _rm,
        "Minus the gradients of rm_loss, qpg_loss and rpg_loss, for actions worth 1, 2 "
        "and 4 and a policy worth 1.7. rm_loss alone makes the second action rarer, "
        "which is regretted less than the mean regret; rpg_loss is twice qpg_loss, as "
        "two actions are better than the policy. In the triangle of all policies, "
        "arrows of rm_loss lead to the best action.",
    ),
    "rpg_loss": Contour(
        Axis("logit of an action worth 1", (-4.0, 4.0)),
        Axis("logit of one worth 2 (worth 4: 0)", (-4.0, 4.0)),
        _of_logits(fl.rpg_loss, VALUES),
        "Losses over the logits of actions worth 1 and 2, that of the one worth 4 "
        "being 0. The loss is 0 where both are far below it, 2 where the second is "
        "far above and 4 where the first is. The gradient doubles where the policy "
        "becomes worth less than 2.",
    ),
}
