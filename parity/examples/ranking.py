"""Examples that losses of ranking share."""

from parity.differences.arrays import f64
from parity.examples.arrays import SCORES

RELEVANCE = [[0.25, 0.75, 0.5, 1.0], [0.5, 0.25, 1.25, 0.0], [0.25, 1.5, 0.6875, 1.125]]
LISTS = {"input": SCORES, "target": RELEVANCE}
ITEMS = (3, 4)
GAIN = {"gain": "log"}, "gain must be 'exponential' or 'linear', got 'log'"
SCORE = {"moved": "score of the best item", "span": (-3.0, 4.0)}
OTHERS = "two others at 0 and 1"
SHORT_LIST = {"input": f64([0.0, 0.0, 1.0]), "target": f64([2.0, 0.0, 1.0])}
BEST_ITEM = {"input": f64([1.0, 0.0, 0.0])}
LIST_SHAPES = 2 * ("f32[64,256]",)
