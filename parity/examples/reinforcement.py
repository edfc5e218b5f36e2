"""Examples that losses of reinforcement share."""

from parity.differences.arrays import f64
from parity.examples.arrays import SCORES

DISCOUNTS = [[0.875, 0.5], [0.0, 0.75], [0.625, 0.25]]
REWARD, DISCOUNT = [0.5, -1.25, 0.75], [0.875, 0.5, 0.0]
STEP = {"reward": REWARD, "discount": DISCOUNT}
VALUES = [row[::-1] for row in SCORES]


def no_action(name, place, count):
    """Return actions just out of range on each side, at a step."""
    return tuple(
        (
            name,
            place,
            label,
            f"{name} must be in 0..{count - 1}, got {label} at {place}",
        )
        for label in (count, -1)
    )


# Two steps of each of three sequences, with four actions.
LONG, LONG_VALUES = (
    [[x, y] for x, y in zip(SCORES, VALUES, strict=True)],
    [[y, x] for x, y in zip(SCORES, VALUES, strict=True)],
)

# Two actions, with four atoms or quantiles each.
ACTIONS, NEXT_ACTIONS = LONG, [[[2 * x for x in row] for row in rows] for rows in LONG]
ONE_STEP = {"reward": f64(1.0), "discount": f64(0.5)}
FIRST_ACTION = {"input": f64([1.0, 0.0])}
ACTION_VALUES = "f32[65536,16]"
