"""What to say when a loss is called with arguments that it does not have."""

import difflib
import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from funloss._array import lookup
from funloss._array.protocol import SupportsArray

__all__ = ["explain"]

# What other libraries call the arguments, by their names here.
_WORDS = {
    "input": "logits predictions prediction predicted preds pred y_pred y_hat output"
    " outputs inputs scores x probs probabilities log_probs log_predictions values"
    " predictor_outputs embeddings features q_tm1 v_tm1 logits_t",
    "log_probs": "logits log_probabilities logprobs input inputs predictions output"
    " y_pred",
    "logits": "acts activations joint log_probs input inputs scores",
    "target": "labels label targets y_true y truth ground_truth gt",
    "targets": "labels label target y_true y",
    "input1": "x1 input a predictions logits y_pred",
    "input2": "x2 b targets other",
    "x1": "input input1 a predictions y_pred",
    "x2": "target targets input2 b labels y_true",
    "action": "actions a_tm1 a_t label labels",
    "reward": "rewards r_t r",
    "discount": "discounts discount_t gamma",
    "advantage": "advantages adv_t adv",
    "next_value": "next_values q_t v_t value_next",
    "weight": "weights sample_weight sample_weights class_weight class_weights w"
    " loss_weight loss_weights w_t",
    "pos_weight": "positive_weight pos_weights",
    "where": "mask masks padding_mask label_mask valid keep is_valid",
    "axis": "dim axes class_axis dimension",
    "dim": "axis axes dimension",
    "reduction": "size_average reduce reduce_fn reduction_fn average aggregation",
    "dtype": "out_dtype output_dtype",
    "delta": "beta huber_param huber_delta threshold",
    "beta": "delta threshold",
    "eps": "epsilon e smooth",
    "epsilon": "eps clip clip_eps clip_range clip_epsilon clip_param epsilon_low",
    "p": "norm_degree norm ord power",
    "margin": "m gap hinge_margin",
    "temperature": "temp tau t",
    "tau": "quantile quantiles level levels q alpha tau_q",
    "expectile": "tau quantile expectile_tau",
    "smooth": "eps epsilon smoothing laplace",
    "label_smoothing": "smoothing smooth alpha label_smooth",
    "ignore_index": "ignore_label ignore_class ignore_id padding_idx pad_id",
    "blank": "blank_id blank_index blank_label",
    "input_lengths": "logit_lengths logits_length input_length",
    "logit_lengths": "input_lengths logits_length act_lens frame_lengths",
    "target_lengths": "label_lengths label_length target_length label_lens",
    "var": "variance variances",
    "lambda_": "lambda lam lamda gae_lambda",
    "lambda_weight": "lambdaweight_fn lambdaweight",
    "topn": "k top_k topk top_n",
    "gain": "gain_fn",
    "distance_function": "distance distance_fn metric",
    "activation": "from_logits apply_softmax apply_sigmoid to_softmax sigmoid softmax",
    "clipping": "dqda_clipping clip",
    "keepdim": "keepdims keep_dims",
    "softcap": "soft_cap logit_cap logits_soft_cap final_logit_softcap",
    "z_loss": "z_loss_weight z_loss_coef lse_square_scale",
    "chosen": "policy_chosen_logps chosen_logps",
    "rejected": "policy_rejected_logps rejected_logps",
    "ref_chosen": "reference_chosen_logps ref_chosen_logps",
    "ref_rejected": "reference_rejected_logps ref_rejected_logps",
    "old": "old_log_probs old_logps old_per_token_logps old_values",
    "reference": "ref ref_logps reference_logps ref_per_token_logps",
    "epsilon_high": "epsilon_upper clip_ratio_high",
    "dual_clip": "delta epsilon_c clip_ratio_c",
    "ratio_max": "importance_sampling_cap",
    "level": "importance_sampling_level",
    "per": "loss_agg_mode loss_type",
    "top_k": "num_experts_per_tok",
}
_NOTES = {
    "where": ", True where an element counts",
    "reduction": ", 'none', 'mean' or 'sum'",
    "activation": ", 'softmax' or 'sigmoid'",
}
_PER_SAMPLE = {"sampleweight", "sampleweights", "lossweight", "lossweights"}
# Losses whose weight= has one number a class.
_BY_CLASS = {
    *("cross_entropy", "linear_cross_entropy", "generalized_cross_entropy"),
    *("nll_loss", "poly_loss", "entmax_loss", "arcface_loss"),
    *("multi_margin_loss", "multiclass_hinge_loss", "bi_tempered_loss"),
    *("dice_loss", "generalized_dice_loss", "tversky_loss", "lovasz_softmax_loss"),
    "soft_cldice_loss",
}
_OF_LOGITS = dict.fromkeys(
    _BY_CLASS | {"sigmoid_focal_loss", "softmax_focal_loss"}, "input is logits here"
) | {
    "binary_cross_entropy": "of logits it is binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits": "of probabilities it is binary_cross_entropy",
    "nll_loss": "of logits it is cross_entropy",
    "kl_div": "input is log-probabilities, such as log_softmax of logits",
}
# Arguments that only losses of classes have.
_CLASSES = {"axis", "ignore_index", "cutoffs", "linear_weight"}
_WEIGHED = "weigh what reduction='none' returns by reduce(loss, weight=...)"


def explain(
    error: Exception,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    """Raise an error that says what to do, if the call was at fault.

    That is a call that does not fit the signature, an array given as an option that
    must be a Python value, or labels given before scores. What else went wrong inside
    a loss is left as it is.
    """
    signature = inspect.signature(function)
    known = signature.parameters
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        message = _misfit(function.__name__, known, args, kwargs)
    else:
        message = _static(error, known, kwargs)
        if message is None and _is_swapped(error, known, args):
            places = [p.name for p in known.values() if p.kind is not p.KEYWORD_ONLY]
            message = f"{error}: the order is {', '.join(places[: len(args)])}"
            raise type(error)(message) from None
    if message is not None:
        raise TypeError(message) from None


def _misfit(
    name: str,
    known: Mapping[str, inspect.Parameter],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> str | None:
    places = [p for p in known.values() if p.kind is not p.KEYWORD_ONLY]
    unknown = [word for word in kwargs if word not in known]
    if unknown:
        advice = [f"{word!r}: {_advice(name, word, known)}" for word in unknown]
        return f"{name}() got an unexpected keyword argument {'; '.join(advice)}"
    if len(args) <= len(places):
        return None
    free = {x: p for x, p in known.items() if p not in places and x not in kwargs}
    meant = []
    for value in args[len(places) :]:
        chosen = next((x for x, p in free.items() if _fits(p, value)), None)
        if chosen is not None:
            del free[chosen]
            meant.append(f"{chosen}={'...' if lookup(value) else repr(value)}")
    fewest = sum(p.default is p.empty for p in places)
    count = len(places) if fewest == len(places) else f"from {fewest} to {len(places)}"
    return (
        f"{name}() takes {count} positional arguments but {len(args)} were given: "
        f"options are keyword-only: {', '.join(meant or free)}"
    )


def _advice(name: str, word: str, known: Mapping[str, inspect.Parameter]) -> str:
    key = _key(word)
    if key in _PER_SAMPLE and name in _BY_CLASS:
        return _WEIGHED
    if key == "fromlogits" and "activation" not in known and name in _OF_LOGITS:
        return _OF_LOGITS[name]
    for own in known:
        if key in map(_key, (own, *_WORDS.get(own, "").split())):
            note = ", one number a class" if name in _BY_CLASS else ""
            note = _NOTES.get(own, note if own == "weight" else "")
            return f"it is {own}= here{note}"
    if key in map(_key, _WORDS["weight"].split()) and "reduction" in known:
        return _WEIGHED
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.7)
    return f"did you mean {near[0]}=?" if near else f"it takes {', '.join(known)}"


def _key(word: str) -> str:
    return word.lower().replace("_", "")


def _fits(parameter: inspect.Parameter, value: Any) -> bool:
    """Tell whether a value may well have been meant for an option."""
    default, xp = parameter.default, lookup(value)
    if xp is not None:
        mask = xp.dtype_name(value.dtype) == "bool"
        return parameter.name == ("where" if mask else "weight")
    if isinstance(value, str):
        choices = [get_args(x) for x in _parts(parameter.annotation)]
        return any(value in some for some in choices)
    if isinstance(value, bool):
        return isinstance(default, bool)
    if isinstance(value, int | float):
        number = isinstance(default, int | float) and not isinstance(default, bool)
        return number and isinstance(default, float | type(value))
    return callable(value) and "Callable" in str(parameter.annotation)


def _static(
    error: Exception, known: Mapping[str, inspect.Parameter], kwargs: dict[str, Any]
) -> str | None:
    """Return the message about an array given where only a Python value will do."""
    for name, value in kwargs.items():
        xp, kind = lookup(value), _kind(known[name].annotation)
        if kind is None and str(error).startswith(f"{name} must be a Python number"):
            kind = "number"
        if xp is not None and kind is not None:
            what = f"{name} must be a Python {kind}, got {type(value).__name__}"
            if xp.name == "jax":
                return f"{what}: under jax.jit, name it in static_argnames"
            return f"{what}: pass {name}.item()"
    return None


def _is_swapped(
    error: Exception, known: Mapping[str, inspect.Parameter], args: tuple[Any, ...]
) -> bool:
    """Tell whether an error comes of integers where scores should be."""
    if ": the order is " in str(error):  # said by a loss that this one calls
        return False
    kinds = [(lookup(x), x) for x in args]
    floats = [xp is not None and xp.is_float(x.dtype) for xp, x in kinds]
    if len(args) < 2 or kinds[0][0] is None or floats[0] or not any(floats):
        return False
    if str(error).startswith("at least one array must be real floating"):
        return True
    # Labels of classes have an axis less than their scores.
    lacks = args[0].ndim + 1 == args[floats.index(True)].ndim
    return lacks and not known.keys().isdisjoint(_CLASSES)


def _kind(annotation: Any) -> str | None:
    """Return what an option must be that chooses code, None for other options."""
    parts = _parts(annotation)
    if SupportsArray in parts:
        return None
    if bool in parts or int in parts:
        return "bool" if bool in parts else "integer"
    return "string" if any(get_origin(x) is Literal for x in parts) else None


def _parts(annotation: Any) -> tuple[Any, ...]:
    union = get_origin(annotation) in (Union, types.UnionType)
    return get_args(annotation) if union else (annotation,)
