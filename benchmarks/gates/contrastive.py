"""Gates of the losses of a batch against itself: 69 GB in optax's NT-Xent."""

from benchmarks.gate import Gate, Limit

__all__ = ["GATES"]

BATCH = ("f32[4096,512]", "i32[4096]")

GATES = (
    Gate("ntxent_loss", BATCH, None, Limit(39, 200), Limit(176)),
    Gate("circle_loss", BATCH, None, Limit(45, 200), Limit(302)),
)
