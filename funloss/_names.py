"""What to say to a name that the package does not have."""

import difflib

from funloss._registry import FAMILIES, HELPERS, LOSSES

__all__ = ["NOTES", "advice"]

# What to say of another name than that it is this loss here.
NOTES = {
    "l2_loss": "it is mse_loss here, which optax, rlax and TensorFlow halve",
    "rmse": "it is the square root of mse_loss",
    "root_mean_squared_error": "it is the square root of mse_loss",
    "sparsemax_loss": "it is entmax_loss with alpha=2, of two classes "
    "binary_sparsemax_loss",
    "multiclass_sparsemax_loss": "it is entmax_loss with alpha=2",
    "clip_loss": "it is info_nce_loss with symmetric=True",
    "mnrl": "it is info_nce_loss with temperature=1 / 20",
    "multiple_negatives_ranking_loss": "it is info_nce_loss with temperature=1 / 20",
    "n_pair_loss": "it is info_nce_loss with normalize=False, temperature=1",
    "squared_hinge": "it is hinge_loss with p=2",
    "perceptron_loss": "it is hinge_loss with margin=0",
    "binary_hinge_loss": "it is hinge_loss, of labels 0 and 1 with labels='binary'",
    "binary_perceptron_loss": "it is hinge_loss with margin=0, labels='binary'",
    "multiclass_perceptron_loss": "it is multiclass_hinge_loss with margin=0",
    "lambdarank": "it is pairwise_logistic_loss with lambda_weight='dcg'",
    "batch_hard_triplet_loss": "it is batch_triplet_loss with mining='hard'",
    "triplet_hard_loss": "it is batch_triplet_loss with mining='hard'",
    "triplet_semihard_loss": "it is batch_triplet_loss with mining='semihard'",
    "batch_semi_hard_triplet_loss": "it is batch_triplet_loss with mining='semihard'",
    "kl_divergence_with_log_targets": "it is kl_div with log_target=True",
    "jaccard_loss": "it is tversky_loss with alpha=1, beta=1",
    "iou_loss": "it is tversky_loss with alpha=1, beta=1",
    "vtrace": "it is td_loss of corrected rewards, see docs/coming-from.md",
}


def advice(name: str) -> str:
    """Return the end of the message about a missing attribute, perhaps empty."""
    if name.startswith("_"):  # asked for by tools, not by people
        return ""
    if name in {"testing", *FAMILIES}:
        return f": import funloss.{name} first"
    notes = {_key(other): note for other, note in NOTES.items()}
    known = _known()
    key = _key(name)
    for found in (key, key.removesuffix("loss")):
        if found in notes:
            return f": {notes[found]}"
        if found in known:
            return f": it is {' or '.join(known[found])} here"
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.87)
    return f": did you mean {' or '.join(known[near[0]])}?" if near else ""


def _known() -> dict[str, list[str]]:
    """Return what each name is called here, its own name among them."""
    known = {_key(name): [name] for name in HELPERS}
    for loss in LOSSES.values():
        names = {_key(loss.name), _key(loss.name).removesuffix("loss")}
        for other in loss.other_names:
            # Other names may be short for what is no loss, such as softmax.
            names |= {_key(other)}
            names |= {_key(other).removesuffix("loss")} if other[0].isupper() else set()
        for name in names:
            known.setdefault(name, []).append(loss.name)
    return known


def _key(name: str) -> str:
    return name.lower().replace("_", "")
