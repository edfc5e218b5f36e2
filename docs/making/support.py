"""What is supported on each library, every answer with the test that shows it."""

from dataclasses import dataclass

from parity.tables import table

__all__ = ["ANSWERS", "WANTED", "Answer", "support"]

WANTED = (
    "values",
    "gradients",
    "second derivatives",
    "compiled",
    "`vmap`",
    "exported",
    "devices",
)
# The library has no such thing.
ABSENT = "—"


@dataclass(frozen=True)
class Answer:
    """What is said in a cell, and the test behind it, as pytest names it."""

    words: str
    test: str


_PARITY = "parity/test_parity.py::test_loss_agrees_with_torch"
_ALL = "every loss"
ANSWERS: dict[str, dict[str, Answer]] = {
    "JAX": {
        "values": Answer(_ALL, "tests/test_every_loss.py::test_libraries_agree"),
        "gradients": Answer(
            _ALL,
            "tests/test_every_export.py::"
            "test_exported_programs_take_batches_of_any_size",
        ),
        "second derivatives": Answer(
            "all but `dpg_loss`, `grpo_loss` (CISPO), `qpg_loss`, `rm_loss`",
            "tests/test_every_loss.py::test_hessian_is_differences_of_the_gradient",
        ),
        "compiled": Answer(
            f"{_ALL}: `jax.jit`",
            "tests/test_every_loss.py::test_jit_jvp_and_checkpoint_change_nothing",
        ),
        "`vmap`": Answer(_ALL, "tests/test_every_loss.py::test_vmap_is_a_loop"),
        "exported": Answer(
            f"{_ALL}: `jax.export`, any batch size",
            "tests/test_every_export.py::"
            "test_exported_programs_take_batches_of_any_size",
        ),
        "devices": Answer(
            "CPU; several, as virtual devices",
            "tests/scale/test_sharded.py::test_batch_on_eight_devices",
        ),
    },
    "torch": {
        "values": Answer(_ALL, _PARITY),
        "gradients": Answer(_ALL, _PARITY),
        "second derivatives": Answer(_ALL, _PARITY),
        "compiled": Answer(
            "26 losses: `torch.compile`, whole graphs",
            "tests/test_torch_compiled.py::"
            "test_six_batch_sizes_take_two_whole_programs",
        ),
        "`vmap`": Answer(
            f"{_ALL}: `torch.func`",
            "tests/test_torch_transforms.py::"
            "test_vmap_is_a_loop_and_jvp_follows_the_gradient",
        ),
        "exported": Answer(
            "`cross_entropy`: `torch.export`, any batch size",
            "tests/test_torch_transforms.py::test_exported_program_takes_any_batch",
        ),
        "devices": Answer(
            "CPU, meta",
            "tests/test_torch_transforms.py::test_meta_tensors_give_meta_tensors",
        ),
    },
    "NumPy": {
        "values": Answer(_ALL, _PARITY),
        "devices": Answer("CPU", _PARITY),
    },
    "array-api-strict": {
        "values": Answer(_ALL, _PARITY),
        "devices": Answer("CPU", _PARITY),
    },
    "Dask": {
        "values": Answer(
            f"{_ALL}, lazily", "tests/test_every_loss.py::test_libraries_agree"
        ),
        "devices": Answer(
            "CPU; several processes",
            "tests/scale/test_dask.py::test_two_workers_return_the_same_number",
        ),
    },
    "CuPy": {
        "values": Answer(
            f"{_ALL}, on a stand-in with CuPy's rules",
            "tests/array/test_cupy.py::test_every_loss_is_that_of_numpy",
        ),
    },
}


def support() -> str:
    """Return the table of answers, and under it the test behind each of them."""
    rows = [
        [library, *(_cell(answers.get(wanted)) for wanted in WANTED)]
        for library, answers in ANSWERS.items()
    ]
    tests = [
        [library, wanted, f"`{answers[wanted].test}`"]
        for library, answers in ANSWERS.items()
        for wanted in WANTED
        if wanted in answers
    ]
    return (
        f"{table(['library', *WANTED], rows)}\n"
        "<details>\n<summary>The test behind each answer</summary>\n\n"
        f"{table(['library', 'what', 'test'], tests)}\n</details>"
    )


def _cell(answer: Answer | None) -> str:
    return answer.words if answer else ABSENT
