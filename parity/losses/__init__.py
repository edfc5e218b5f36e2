"""What the checks know of each loss, in a file a loss or a few that share inputs."""

import importlib
import pkgutil

from funloss._registry import LOSSES
from parity.info import LossInfo

__all__ = ["BY_FAMILY", "INFOS"]

# In the order of the files' names.
INFOS: list[LossInfo] = [
    info
    for found in pkgutil.iter_modules(__path__)
    for info in importlib.import_module(f"{__name__}.{found.name}").INFOS
]
# In the order of the documentation.
BY_FAMILY = sorted(INFOS, key=lambda info: [*LOSSES].index(info.name))
