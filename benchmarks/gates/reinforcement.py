"""Gates of the losses of values and policies."""

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE

__all__ = ["GATES"]

ROWS = "f32[65536,16]"
STEPS = ("i32[65536]", "f32[65536]", "f32[65536]")
SEQUENCES = "f32[512,64,16]"
TIMES = "f32[512,64]"
ATOMS = ("f32[4096,51]", "f32[51]", "f32[4096]", "f32[4096]", "f32[4096,51]")
ENSEMBLE = "f32[4096,64]"
CHOICES = "f32[1024,8,32]"

GATES = (
    Gate("td_loss", 4 * ONE, Limit(1.8, 4.0), Limit(0.0), Limit(15)),
    Gate(
        "q_learning_loss", (ROWS, *STEPS, ROWS), Limit(2.7, 4.0), Limit(1.6), Limit(35)
    ),
    Gate(
        "retrace_loss",
        (
            SEQUENCES,
            "i32[512,64]",
            TIMES,
            TIMES,
            SEQUENCES,
            "i32[512,64]",
            SEQUENCES,
            TIMES,
        ),
        None,
        Limit(3.8),
        Limit(94),
        options={"time_axis": 1},
    ),
    Gate("categorical_td_loss", ATOMS, Limit(3.0, 4.0), Limit(1.7), Limit(100)),
    Gate(
        "categorical_q_learning_loss",
        (
            "f32[1024,8,51]",
            "f32[51]",
            "i32[1024]",
            "f32[1024]",
            "f32[1024]",
            "f32[1024,8,51]",
        ),
        Limit(4.2, 4.0),
        Limit(1.5),
        Limit(137),
        reason="the means of all actions take several passes over their logits",
    ),
    Gate(
        "quantile_huber_loss", 2 * (ENSEMBLE,), Limit(1.7, 4.0), Limit(0.0), Limit(52)
    ),
    Gate(
        "quantile_q_learning_loss",
        (CHOICES, "i32[1024]", "f32[1024]", "f32[1024]", CHOICES),
        Limit(3.7, 4.0),
        Limit(1.0),
        Limit(84),
    ),
    Gate(
        "policy_gradient_loss",
        (ROWS, "i32[65536]", "f32[65536]"),
        Limit(2.9, 4.0),
        Limit(1.1),
        Limit(56),
    ),
    Gate("entropy_loss", (ROWS,), Limit(3.0, 4.0), Limit(4.2), Limit(35)),
    Gate("dpg_loss", 2 * (ROWS,), Limit(2.4, 4.0), Limit(4.2), Limit(17)),
    Gate("ppo_clip_loss", 3 * ONE, Limit(2.3, 4.0), Limit(4.2), Limit(36)),
    Gate("qpg_loss", 2 * (ROWS,), Limit(1.8, 4.0), Limit(0.3), Limit(39)),
    Gate("rm_loss", 2 * (ROWS,), Limit(2.8, 4.0), Limit(4.5), Limit(45)),
    Gate("rpg_loss", 2 * (ROWS,), Limit(1.8, 4.0), Limit(0.3), Limit(45)),
)
