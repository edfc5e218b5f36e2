"""The long algorithms of single losses: CTC, entmax, sorted and blockwise sums.

Each is loaded when it is first used: most programs use none.
"""

import importlib
from typing import TYPE_CHECKING, Any

# By function, the module that it is defined in.
_HOMES = {
    "LinearPair": "_linear_distillation",
    "align": "_ctc_alignment",
    "alignment_loss": "_ctc_dispatch",
    "chain_losses": "_crf",
    "check_log_probs": "_ctc_lengths",
    "check_logits": "_transducer_lattice",
    "choose_chunk": "_linear_cross_entropy",
    "choose_rows": "_linear_distillation",
    "class_sums": "_linear_cross_entropy",
    "distance_sums": "_distance_sums",
    "entmax_d_input": "_entmax",
    "entmax_d_target": "_entmax",
    "entmax_from_scale": "_entmax",
    "entmax_scale": "_entmax",
    "from_one_library": "_ctc_lengths",
    "integer_array": "_ctc_lengths",
    "known_lengths": "_ctc_lengths",
    "label_losses": "_linear_cross_entropy",
    "make_chains": "_crf",
    "make_lattice": "_transducer_lattice",
    "pair_distances": "_pdist",
    "pair_hinges": "_sorted_hinges",
    "count_ordered": "_sorted_hinges",
    "row_distances": "_row_distances",
    "settle_lengths": "_ctc_lengths",
    "soft_cap": "_soft_cap",
    "soft_dtw": "_soft_dtw",
    "squared_row_distances": "_row_distances",
    "sum_of_hinges": "_multilabel_margin",
    "tempered_d_input": "_tempered",
    "tempered_d_target": "_tempered",
    "tempered_from_scale": "_tempered",
    "to_int64": "_ctc_lengths",
    "transducer_loss": "_transducer_dispatch",
}

if TYPE_CHECKING:
    from funloss._algorithms._crf import chain_losses as chain_losses
    from funloss._algorithms._crf import make_chains as make_chains
    from funloss._algorithms._ctc_alignment import align as align
    from funloss._algorithms._ctc_dispatch import alignment_loss as alignment_loss
    from funloss._algorithms._ctc_lengths import check_log_probs as check_log_probs
    from funloss._algorithms._ctc_lengths import from_one_library as from_one_library
    from funloss._algorithms._ctc_lengths import integer_array as integer_array
    from funloss._algorithms._ctc_lengths import known_lengths as known_lengths
    from funloss._algorithms._ctc_lengths import settle_lengths as settle_lengths
    from funloss._algorithms._ctc_lengths import to_int64 as to_int64
    from funloss._algorithms._distance_sums import distance_sums as distance_sums
    from funloss._algorithms._entmax import entmax_d_input as entmax_d_input
    from funloss._algorithms._entmax import entmax_d_target as entmax_d_target
    from funloss._algorithms._entmax import entmax_from_scale as entmax_from_scale
    from funloss._algorithms._entmax import entmax_scale as entmax_scale
    from funloss._algorithms._linear_cross_entropy import choose_chunk as choose_chunk
    from funloss._algorithms._linear_cross_entropy import class_sums as class_sums
    from funloss._algorithms._linear_cross_entropy import label_losses as label_losses
    from funloss._algorithms._linear_distillation import LinearPair as LinearPair
    from funloss._algorithms._linear_distillation import choose_rows as choose_rows
    from funloss._algorithms._multilabel_margin import sum_of_hinges as sum_of_hinges
    from funloss._algorithms._pdist import pair_distances as pair_distances
    from funloss._algorithms._row_distances import row_distances as row_distances
    from funloss._algorithms._row_distances import (
        squared_row_distances as squared_row_distances,
    )
    from funloss._algorithms._soft_cap import soft_cap as soft_cap
    from funloss._algorithms._soft_dtw import soft_dtw as soft_dtw
    from funloss._algorithms._sorted_hinges import count_ordered as count_ordered
    from funloss._algorithms._sorted_hinges import pair_hinges as pair_hinges
    from funloss._algorithms._tempered import tempered_d_input as tempered_d_input
    from funloss._algorithms._tempered import tempered_d_target as tempered_d_target
    from funloss._algorithms._tempered import tempered_from_scale as tempered_from_scale
    from funloss._algorithms._transducer_dispatch import (
        transducer_loss as transducer_loss,
    )
    from funloss._algorithms._transducer_lattice import check_logits as check_logits
    from funloss._algorithms._transducer_lattice import make_lattice as make_lattice
else:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg, name=name)
        module = importlib.import_module(f"{__name__}.{_HOMES[name]}")
        return globals().setdefault(name, getattr(module, name))
