"""Find the ink of one digit on pages of scikit-learn's digits, by five losses.

Needs the extra `dev`: python examples/segmentation.py [--figure FILE.svg]
"""

import functools
import pathlib
import runpy

import jax
import matplotlib.pyplot as plt
import numpy as np
import optax
from _figure import figure_file, save
from sklearn.datasets import load_digits

import funloss as fl

jax.config.update("jax_enable_x64", True)
path = figure_file(__doc__)
images, digit = load_digits(return_X_y=True)
images, rng = images.reshape(-1, 8, 8) / 16, np.random.default_rng(0)
bce, lovasz = fl.binary_cross_entropy_with_logits, fl.lovasz_hinge_loss
dice = functools.partial(fl.dice_loss, axis=None, batch=True, activation="sigmoid")
PLANS = {  # one loss, or two after each other
    "cross-entropy": [bce],
    "focal": [fl.sigmoid_focal_loss],
    "Dice": [dice],
    "Dice + cross-entropy": [lambda x, y: dice(x, y) + bce(x, y)],
    "cross-entropy, then Lovász": [bce, functools.partial(lovasz, batch=True)],
}
around = np.arange(24)[:, None] + np.arange(15)
around = 38 * around[:, None, :, None] + around[None, :, None, :]
adam = optax.adam(optax.cosine_decay_schedule(0.01, 700))


def pages(known, count):
    """Return pages of nine digits with a margin, and the digit of each ink pixel."""
    drawn = rng.choice(known, (count, 3, 3))
    kind = np.where((ink := images[drawn]) >= 0.5, digit[drawn][..., None, None], -1)
    lay = [x.transpose(0, 1, 3, 2, 4).reshape(count, 24, 24) for x in (ink, kind)]
    return np.pad(lay[0], ((0, 0), (7, 7), (7, 7))), lay[1]


@functools.partial(jax.vmap, in_axes=(0, None))
def score(weights, ink):
    """Return a score of each pixel, of the 15 by 15 around it and a small network."""
    x = ink.reshape(len(ink), -1)[:, around].reshape(-1, 24, 24, 225)
    hidden = jax.nn.relu(jax.nn.relu(x @ weights[0]) @ weights[1])
    return (hidden @ weights[2])[..., 0]


@functools.partial(jax.jit, static_argnums=0)
def fit(loss, carry, ink, truth, batches):
    """Return the weights, and the state of Adam, after a step for each batch."""

    def step(carry, k):
        weights, state = carry
        each = jax.grad(lambda w: sum(map(loss, score(w, ink[k]), truth[:, k])))
        change, state = adam.update(each(weights), state)
        return (optax.apply_updates(weights, change), state), None

    return jax.lax.scan(step, carry, batches)[0]


known, unknown = np.split(rng.permutation(len(digit)), [1200])
(ink, kind), (unseen, kinds) = pages(known, 600), pages(unknown, 100)
start = [rng.normal(size=n) * (2 / n[0]) ** 0.5 for n in ((225, 32), (32, 16), (16, 1))]
start, wanted = [np.stack([w, w]) for w in start], np.reshape([0, 8], (2, 1, 1, 1))
batches, found = rng.integers(0, 600, (700, 8)), []
for name, plan in PLANS.items():
    carry = start, adam.init(start)
    for loss, part in zip(plan, np.split(batches, len(plan)), strict=True):
        carry = fit(loss, carry, ink, 1.0 * (kind == wanted), part)
    for x, truth in zip(score(carry[0], unseen), kinds == wanted, strict=True):
        cuts = [0, *np.quantile(x, np.linspace(0.9, 0.999, 50))]
        iou = [((x > cut) & truth).sum() / ((x > cut) | truth).sum() for cut in cuts]
        found += [100 * iou[0], 100 * max(iou)]
    line = "{:26}  zeros {:2.0f}%, {:2.0f}%  eights {:2.0f}%, {:2.0f}%"
    print(line.format(name, *found[-4:]))
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    canvas, axes = plt.subplots(figsize=(7.2, 2.8), layout="constrained")
    axes.barh(np.arange(5), found[::4], 0.36, label="zeros")
    axes.barh(np.arange(5) + 0.38, found[2::4], 0.36, label="eights")
    axes.set_yticks(np.arange(5) + 0.19, PLANS)
    axes.set(xlabel="IoU on unseen pages, %", ylim=(4.7, -0.3))
    axes.legend()
    save(canvas, path)
