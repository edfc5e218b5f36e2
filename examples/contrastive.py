"""Embed halves of scikit-learn's digits, by losses of pairs and by losses of labels.

Needs the extra `dev`: python examples/contrastive.py [--figure FILE.svg]
"""

import pathlib
import runpy

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from _figure import figure_file, save
from sklearn.datasets import load_digits

import funloss as fl

jax.config.update("jax_enable_x64", True)
path = figure_file(__doc__)
images, digit = map(jnp.asarray, load_digits(return_X_y=True))
halves = images.reshape(-1, 2, 32).swapaxes(0, 1) / 16  # all upper ones, all lower ones
image = jnp.tile(jnp.arange(64), 2)  # the number of each half's image in a batch
LOSSES = {
    "info_nce_loss": lambda a, b, _: fl.info_nce_loss(a, b, symmetric=True),
    "ntxent_loss, images": lambda *x: fl.ntxent_loss(jnp.vstack(x[:2]), image),
    "ntxent_loss, digits": lambda *x: fl.ntxent_loss(jnp.vstack(x[:2]), x[2]),
    "supcon_loss, digits": lambda *x: fl.supcon_loss(jnp.vstack(x[:2]), x[2]),
}


def learn(loss, nets, batches):
    """Return the embeddings of unseen halves, after a step a batch."""

    def place(nets, x):
        return [jax.nn.relu(x @ a) @ b for (a, b), x in zip(nets, x, strict=True)]

    def step(nets, batch):
        labels = jnp.tile(digit[batch], 2)
        gradient = jax.grad(lambda nets: loss(*place(nets, halves[:, batch]), labels))
        return jax.tree.map(lambda w, g: w - 0.1 * g, nets, gradient(nets)), None

    nets, _ = jax.lax.scan(step, nets, batches)
    return place(nets, halves[:, 1297:])


rng, truth, found = np.random.default_rng(0), digit[1297:], {}
nets = [[rng.normal(size=(32, 64)) / 6, rng.normal(size=(64, 16)) / 8] for _ in "ab"]
batches = jnp.asarray([rng.permutation(1297)[:64] for _ in range(400)])
for name, loss in LOSSES.items():
    a, b = jax.jit(lambda loss=loss: learn(loss, nets, batches))()
    nearest = jnp.argsort(-fl.cosine_similarity(a[:, None], b[None], dim=-1), axis=1)
    own = (nearest[:, :10] == jnp.arange(len(b))[:, None]).any(axis=1)
    found[name] = 100 * own.mean(), 100 * (truth[nearest[:, 0]] == truth).mean()
    print("{:19}  own half {:2.0f}%  digit {:2.0f}%".format(name, *found[name]))
if path:
    look = runpy.run_path(pathlib.Path(__file__).parents[1] / "docs/figures/palette.py")
    plt.rcParams.update(look["STYLE"])
    canvas, axes = plt.subplots(figsize=(7.2, 2.8), layout="constrained")
    share, places = [*zip(*found.values(), strict=True)], np.arange(len(found))
    axes.barh(places, share[0], 0.36, label="own half in the nearest ten")
    axes.barh(places + 0.38, share[1], 0.36, label="nearest of its digit")
    axes.set_yticks(places + 0.19, found)
    axes.set(xlabel="unseen upper halves, %", ylim=(3.7, -0.3))
    axes.legend()
    save(canvas, path)
