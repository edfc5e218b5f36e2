"""Lines that several curves share."""

from parity.differences.arrays import f64

__all__ = ["ERROR", "FIRST_OF_2", "FIRST_OF_3", "LOGIT", "ONE", "PAIR"]

ERROR = {"moved": "error", "span": (-3.0, 3.0)}
LOGIT = {"moved": "logit", "span": (-6.0, 6.0)}
PAIR = {"input": f64(0.0), "target": f64(0.0)}
ONE = {"input": f64(1.0)}
FIRST_OF_3 = f64([1.0, 0.0, 0.0])
FIRST_OF_2 = f64([1.0, 0.0])
