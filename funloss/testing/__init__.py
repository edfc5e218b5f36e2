"""Verify a loss, yours or another library's: needs the extra `testing`.

`check_parity` compares a loss with a reference in any other library. The other checks
need no reference: they compare a loss with itself, or with what must be true.
"""

from importlib.util import find_spec

if missing := [name for name in ("jinja2", "ml_dtypes", "rich") if not find_spec(name)]:
    msg = (
        f"funloss.testing needs {missing}: pip install '.[testing]' in a checkout of "
        f"funloss, or pip install {' '.join(missing).replace('_', '-')}"
    )
    raise ModuleNotFoundError(msg)

from funloss.testing._adapt import adapt
from funloss.testing._close import assert_close
from funloss.testing._dtypes import check_dtypes
from funloss.testing._gradients import check_gradients
from funloss.testing._labels import check_labels
from funloss.testing._mask import check_mask
from funloss.testing._parity import check_parity
from funloss.testing._report import Report
from funloss.testing._shapes import check_shapes
from funloss.testing._transforms import check_transforms

__all__ = [
    "Report",
    "adapt",
    "assert_close",
    "check_dtypes",
    "check_gradients",
    "check_labels",
    "check_mask",
    "check_parity",
    "check_shapes",
    "check_transforms",
]
