"""Gates of the losses of overlap."""

from benchmarks.gate import Gate, Limit

__all__ = ["GATES"]

REGIONS = 2 * ("f32[8,4,65536]",)
LABELLED = ("f32[8,4,65536]", "i32[8,65536]")

GATES = (
    Gate("dice_loss", REGIONS, Limit(4.0, 4.0), Limit(0.0), Limit(64)),
    Gate(
        "dice_loss",
        LABELLED,
        Limit(10, 4.0),
        Limit(40),
        Limit(83),
        reason="softmax and the table of labels are written out",
        options={"activation": "softmax"},
    ),
    Gate("tversky_loss", REGIONS, Limit(4.0, 4.0), Limit(0.0), Limit(66)),
    Gate(
        "tversky_loss",
        REGIONS,
        Limit(5.7, 4.0),
        Limit(17),
        Limit(69),
        reason="sigmoid of both signs is written out",
        options={"activation": "sigmoid"},
    ),
    Gate("generalized_dice_loss", REGIONS, Limit(4.0, 4.0), Limit(0.0), Limit(86)),
)
