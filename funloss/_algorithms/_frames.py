"""Frames of signals, and windows for them."""

from typing import Any

import numpy as np

from funloss._array import Namespace
from funloss._array.compiled import fixed
from funloss._core.checks import check_integer

__all__ = ["WINDOWS", "check_samples", "check_sizes", "frames_of", "window_of"]

# Windows are sums of cosines, of which these are the amplitudes.
_AMPLITUDES = {
    "hann": (0.5, -0.5),
    "hamming": (0.54, -0.46),
    "blackman": (0.42, -0.5, 0.08),
    "boxcar": (1.0,),
}
WINDOWS = tuple(_AMPLITUDES)
# Frames that overlap more often are taken by index, not joined from pieces.
_MANY_PIECES = 16


def check_sizes(**options: Any) -> list[tuple[int, ...]]:
    """Return the checked sizes of each resolution."""
    each = [list(x) if isinstance(x, (tuple, list)) else [x] for x in options.values()]
    for name, sizes in zip(options, each, strict=True):
        for size in map(fixed, sizes):
            check_integer(1, **{name: size})
    counts = [len(sizes) for sizes in each]
    most = max(counts)
    if any(count not in {1, most or 1} for count in counts):
        lengths = ", ".join(
            f"{k} for {n}" for n, k in zip(options, counts, strict=True)
        )
        msg = f"there must be a size for each resolution, or one for all, got {lengths}"
        raise ValueError(msg)
    columns = [sizes * (most // len(sizes)) for sizes in each]
    rows = [tuple(map(fixed, row)) for row in zip(*columns, strict=True)]
    for n_fft, _, win_length in rows:
        if win_length > n_fft:
            msg = f"win_length must be at most n_fft, got {win_length} and {n_fft}"
            raise ValueError(msg)
    return rows


def check_samples(samples: int, sizes: list[tuple[int, ...]]) -> None:
    """Raise unless the ends of signals can be reflected."""
    reach = max(n_fft for n_fft, *_ in sizes) // 2
    if samples <= reach:
        msg = f"signals must have more than n_fft // 2 = {reach} samples to be "
        msg += f"reflected at their ends, got {samples}"
        raise ValueError(msg)


def window_of(name: str, length: int) -> np.ndarray:
    """Return a period of the window; of one sample it is 1."""
    if length == 1:
        return np.ones(1)
    angles = 2 * np.pi / length * np.arange(length)
    terms = [a * np.cos(k * angles) for k, a in enumerate(_AMPLITUDES[name])]
    return np.sum(terms, axis=0)


def frames_of(xp: Namespace, x: Any, n_fft: int, hop: int, length: int) -> Any:
    """Return the frames of signals along the last axis, reflected at their ends.

    Frames of `n_fft` samples are centred at every `hop` samples; of each, the `length`
    samples in the middle are returned, where the window is.
    """
    reach, start = n_fft // 2, (n_fft - length) // 2
    samples = x.shape[-1]
    before = xp.flip(x[..., 1 : reach + 1], axis=-1)
    after = xp.flip(x[..., samples - reach - 1 : samples - 1], axis=-1)
    x = xp.concat([before, x, after], axis=-1)[..., start:]
    frames = (samples + 2 * reach - n_fft) // hop + 1
    pieces = -(-length // hop)
    if pieces <= _MANY_PIECES:
        return _joined(xp, x, hop, frames, pieces)[..., :length]
    places = np.arange(frames)[:, None] * hop + np.arange(length)
    places = xp.asarray(places.reshape(-1), **xp.device_kw(x))
    taken = xp.take(x, places, axis=-1)
    return xp.reshape(taken, (*x.shape[:-1], frames, length))


def _joined(xp: Namespace, x: Any, hop: int, frames: int, pieces: int) -> Any:
    """Return frames of whole hops, by slices.

    The derivative of an index would add up sample by sample.
    """
    count = frames + pieces - 1
    missing = count * hop - x.shape[-1]
    if missing > 0:
        zeros = xp.zeros_like(x[..., :1])
        zeros = xp.broadcast_to(zeros, (*x.shape[:-1], missing))
        x = xp.concat([x, zeros], axis=-1)
    x = xp.reshape(x[..., : count * hop], (*x.shape[:-1], count, hop))
    each = [x[..., k : k + frames, :] for k in range(pieces)]
    return xp.concat(each, axis=-1)
