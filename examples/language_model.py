"""Train a small language model on Python's own manual, then tune it to preferences.

A causal transformer of characters learns to go on with the text, by
`linear_cross_entropy`. Then `dpo_loss` makes it prefer the same text in capitals.
Needs the extra `dev`: python examples/language_model.py [--figure FILE.svg]
"""

import functools
from pydoc_data.topics import topics

import jax
import jax.numpy as jnp
import numpy as np
import optax
from _figure import figure_file, save
from matplotlib.figure import Figure

import funloss as fl

CHARACTERS, WIDTH, HEADS, LAYERS, LENGTH, PROMPT = 128, 64, 4, 2, 64, 16
TEXT = np.frombuffer("\n".join(topics.values()).encode("ascii", "ignore"), np.uint8)
TRAIN, TEST = np.split(TEXT.astype(np.int32), [len(TEXT) * 9 // 10])


def start(key):
    """Draw the weights of the transformer."""
    shapes = {"qkv": (WIDTH, 3 * WIDTH), "mixed": (WIDTH, WIDTH)}
    shapes |= {"up": (WIDTH, 4 * WIDTH), "down": (4 * WIDTH, WIDTH)}
    shapes = {"layers": [shapes] * LAYERS, "head": (CHARACTERS, WIDTH)}
    shapes |= {"characters": (CHARACTERS, WIDTH), "places": (LENGTH, WIDTH)}
    leaves, tree = jax.tree.flatten(shapes, is_leaf=lambda x: isinstance(x, tuple))
    keys = jax.random.split(key, len(leaves))
    drawn = (jax.random.normal(k, x) / 8 for k, x in zip(keys, leaves, strict=True))
    return tree.unflatten(drawn)


def features(params, tokens):
    """Return what the model knows at each character of the next one."""
    x = params["characters"][tokens] + params["places"][: tokens.shape[1]]
    for layer in params["layers"]:
        qkv = (jax.nn.standardize(x) @ layer["qkv"]).reshape(*x.shape[:2], HEADS, -1)
        seen = jax.nn.dot_product_attention(*jnp.split(qkv, 3, -1), is_causal=True)
        x += seen.reshape(x.shape) @ layer["mixed"]
        x += jax.nn.gelu(jax.nn.standardize(x) @ layer["up"]) @ layer["down"]
    return jax.nn.standardize(x)


def next_character(params, tokens, **options):
    """Return the loss of predicting each character from those before it."""
    rows = features(params, tokens[:, :-1]), params["head"], tokens[:, 1:]
    return fl.linear_cross_entropy(*rows, **options)


def pretraining(params, tokens):
    """Return the loss and its parts; the z-loss keeps the logits from drifting."""
    return next_character(params, tokens, z_loss=1e-4, has_aux=True)


def log_probability(params, tokens):
    """Return that of each answer, which is what comes after the prompt."""
    losses = next_character(params, tokens, reduction="none")
    return -losses[:, PROMPT - 1 :].sum(1)


def preference(params, pairs, reference):
    """Return the loss of pairs of a chosen and a rejected answer, and their rewards."""
    policy = jax.vmap(functools.partial(log_probability, params))(pairs)
    before = jax.vmap(functools.partial(log_probability, reference))(pairs)
    rewards = policy - before
    prefers = (policy[0] > policy[1]).mean()
    return fl.dpo_loss(*policy, *before), ((rewards[0] - rewards[1]).mean(), prefers)


@functools.partial(jax.jit, static_argnames=("loss", "optimiser"))
def steps(params, state, batches, loss, optimiser, *others):
    """Take one step for each of the stacked batches."""

    def step(carry, batch):
        params, state = carry
        value_and_grad = jax.value_and_grad(loss, has_aux=True)
        (_, parts), gradient = value_and_grad(params, batch, *others)
        change, state = optimiser.update(gradient, state, params)
        return (optax.apply_updates(params, change), state), parts

    (params, state), parts = jax.lax.scan(step, (params, state), batches)
    return params, state, parts


def train(params, draw, loss, rate, rounds, *others):
    """Train for some rounds of 50 steps; return the weights and the losses' parts."""
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate))
    state, history = optimiser.init(params), []
    for _ in range(rounds):
        batches = jnp.asarray(np.stack([draw() for _ in range(50)]))
        params, state, parts = steps(params, state, batches, loss, optimiser, *others)
        history.append(parts)
    return params, jax.tree.map(lambda *parts: np.concatenate(parts), *history)


def samples(text, count, rng):
    """Return pieces of a text."""
    places = rng.integers(0, len(text) - LENGTH, (count, 1))
    return text[places + np.arange(LENGTH)]


def pairs(text, count, rng):
    """Return two answers each: capitals are preferred to the text as it is."""
    rejected = samples(text, count, rng)
    is_letter = (rejected >= ord("a")) & (rejected <= ord("z"))
    is_letter[:, :PROMPT] = False
    return np.stack([rejected - 32 * is_letter, rejected])


def main():
    """Train twice, and print what has been learnt on text that was held out."""
    path = figure_file(__doc__)
    rng, params = np.random.default_rng(0), start(jax.random.key(0))

    share = np.bincount(TRAIN, minlength=CHARACTERS) / len(TRAIN)
    single = -np.sum(share[share > 0] * np.log(share[share > 0]))
    print(f"characters alone: loss {single:.2f}")
    draw = functools.partial(samples, TRAIN, 32, rng)
    reference, parts = train(params, draw, pretraining, 3e-3, 6)
    for k in range(50, len(parts.nll) + 1, 50):
        nll, z, _, correct = (x[k - 10 : k].mean() for x in parts)
        print(f"step {k}: nll {nll:.2f}, z-loss {z:.4f}, correct {correct:.0%}")
    test = jax.jit(next_character)(reference, samples(TEST, 256, rng))
    print(f"held-out text: loss {test:.2f}")

    draw, held_out = functools.partial(pairs, TRAIN, 8, rng), pairs(TEST, 128, rng)
    tuned, (margins, _) = train(reference, draw, preference, 5e-4, 1, reference)
    for name, params in (("before", reference), ("after", tuned)):
        loss, (margin, prefers) = jax.jit(preference)(params, held_out, reference)
        print(
            f"{name}: DPO loss {loss:.3f}, margin {margin:.1f}, prefers {prefers:.0%}"
        )

    if path:
        canvas = Figure(figsize=(7.2, 3.2), layout="constrained")
        left, right = canvas.subplots(1, 2)
        left.plot(parts.nll)
        left.axhline(single, linestyle="--", color="grey")
        left.set(xlabel="step", ylabel="nats a character", title="pre-training")
        right.plot(margins)
        right.set(xlabel="step", ylabel="margin of log-ratios", title="preferences")
        save(canvas, path)


if __name__ == "__main__":
    main()
