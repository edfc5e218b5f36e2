"""What libraries of sequences and sound compute, in JAX, as in their source."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["LIBRARIES"]


def reduced(losses, reduction):
    """Reduce as torchaudio and auraloss do."""
    return {"none": lambda x: x, "sum": jnp.sum, "mean": jnp.mean}[reduction](losses)


def transducer(log_p, labels, blank):
    """Return the loss of one sequence, by the recursion over its lattice."""
    frames, ends = log_p.shape[0], len(labels)
    alpha = {(0, 0): jnp.zeros(())}
    for t in range(frames):
        for u in range(ends + 1):
            ways = []
            if t:
                ways.append(alpha[t - 1, u] + log_p[t - 1, u, blank])
            if u:
                ways.append(alpha[t, u - 1] + log_p[t, u - 1, labels[u - 1]])
            if ways:
                alpha[t, u] = jax.nn.logsumexp(jnp.stack(ways))
    return -(alpha[frames - 1, ends] + log_p[frames - 1, ends, blank])


def torchaudio_rnnt_loss(
    logits,
    targets,
    logit_lengths,
    target_lengths,
    blank=-1,
    reduction="mean",
    fused_log_softmax=True,
):
    """Return rnnt_loss."""
    log_p = jax.nn.log_softmax(logits) if fused_log_softmax else logits
    blank = blank % logits.shape[-1]
    # Read, as inside `jit` even an index is traced.
    lengths = map(np.asarray, (targets, logit_lengths, target_lengths))
    losses = [
        transducer(p[:t, : u + 1], row[:u], blank)
        for p, row, t, u in zip(log_p, *lengths, strict=True)
    ]
    return reduced(jnp.stack(losses), reduction)


def warprnnt_rnnt_loss(acts, labels, act_lens, label_lens, blank=0, reduction="mean"):
    """Return rnnt_loss without FastEmit."""
    return torchaudio_rnnt_loss(acts, labels, act_lens, label_lens, blank, reduction)


def torchcrf_crf(emissions, tags, transitions, start, end, mask=None, reduction="sum"):
    """Return the log-likelihood of a CRF(batch_first=True) of these parameters."""
    mask = jnp.ones(tags.shape, bool) if mask is None else mask
    batch = jnp.arange(len(tags))
    score = start[tags[:, 0]] + emissions[batch, 0, tags[:, 0]]
    log_z = start + emissions[:, 0]
    for i in range(1, tags.shape[1]):
        step = transitions[tags[:, i - 1], tags[:, i]] + emissions[batch, i, tags[:, i]]
        score = score + step * mask[:, i]
        new = log_z[:, :, None] + transitions + emissions[:, i, None]
        log_z = jnp.where(mask[:, i, None], jax.nn.logsumexp(new, axis=1), log_z)
    last = tags[batch, mask.sum(1) - 1]
    found = score + end[last] - jax.nn.logsumexp(log_z + end, axis=1)
    if reduction == "token_mean":
        return found.sum() / mask.sum()
    return reduced(found, reduction)


def soft_dtw(x, y, gamma=1.0):
    """Return soft_dtw of two time series, shape (T, D) and (S, D)."""
    distances = ((x[:, None] - y) ** 2).sum(-1)
    r = {}
    for i in range(len(x)):
        for j in range(len(y)):
            before = [r[k] for k in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if k in r]
            least = 0.0
            if before:
                least = -gamma * jax.nn.logsumexp(-jnp.stack(before) / gamma)
            r[i, j] = distances[i, j] + least
    return r[len(x) - 1, len(y) - 1]


def soft_dtw_loss(x, y, gamma=1.0, normalize=False):
    """Return SoftDTWLossPyTorch of each pair of a batch."""

    def losses(x, y):
        return jnp.stack([soft_dtw(*pair, gamma) for pair in zip(x, y, strict=True)])

    if not normalize:
        return losses(x, y)
    return losses(x, y) - (losses(x, x) + losses(y, y)) / 2


def _centred(x, t):
    return (a - a.mean(-1, keepdims=True) for a in (x, t))


def _decibels(signal, residue):
    ratio = (signal**2).sum(-1) / ((residue**2).sum(-1) + 1e-8)
    return -10 * jnp.log10(ratio + 1e-8).mean()


def auraloss_si_sdr(input, target, zero_mean=True):
    """Return SISDRLoss."""
    x, t = _centred(input, target) if zero_mean else (input, target)
    alpha = (x * t).sum(-1, keepdims=True) / ((t**2).sum(-1, keepdims=True) + 1e-8)
    return _decibels(alpha * t, x - alpha * t)


def auraloss_snr(input, target, zero_mean=True):
    """Return SNRLoss."""
    x, t = _centred(input, target) if zero_mean else (input, target)
    return _decibels(t, x - t)


def auraloss_esr(input, target):
    """Return ESRLoss."""
    return (((target - input) ** 2).sum(-1) / ((target**2).sum(-1) + 1e-8)).mean()


def auraloss_dc(input, target):
    """Return DCLoss."""
    offset = (target - input).mean(-1) ** 2
    return (offset / ((target**2).mean(-1) + 1e-8)).mean()


def auraloss_log_cosh(input, target):
    """Return LogCoshLoss."""
    return jnp.log(jnp.cosh(input - target) + 1e-8).mean()


def _magnitudes(x, size, hop, length, eps):
    """Return the STFT of the rows of x, shape (rows, frequencies, frames)."""
    before = (size - length) // 2
    window = jnp.zeros(size).at[before : before + length]
    turn = 2 * jnp.pi * jnp.arange(length) / length
    window = window.set((1 - jnp.cos(turn)) / 2)
    x = jnp.pad(x, ((0, 0), (size // 2, size // 2)), mode="reflect")
    starts = jnp.arange(0, x.shape[1] - size + 1, hop)
    frames = x[:, starts[:, None] + jnp.arange(size)]
    found = jnp.fft.rfft(frames * window)
    power = jnp.maximum(found.real**2 + found.imag**2, eps)
    return jnp.sqrt(power).swapaxes(1, 2)


def auraloss_stft(
    input,
    target,
    fft_size=1024,
    hop_size=256,
    win_length=1024,
    w_sc=1.0,
    w_log_mag=1.0,
    w_lin_mag=0.0,
    filters=None,
):
    """Return STFTLoss of signals (B, C, T); `filters` is what `scale` makes."""
    x, y = (
        _magnitudes(a.reshape(-1, a.shape[-1]), fft_size, hop_size, win_length, 1e-8)
        for a in (input, target)
    )
    if filters is not None:
        x, y = filters @ x, filters @ y
    convergence = jnp.sqrt(((y - x) ** 2).sum()) / jnp.sqrt((y**2).sum())
    log_magnitude = jnp.abs(jnp.log(x) - jnp.log(y)).mean()
    linear = jnp.abs(x - y).mean()
    return w_sc * convergence + w_log_mag * log_magnitude + w_lin_mag * linear


def auraloss_multi_resolution_stft(input, target):
    """Return MultiResolutionSTFTLoss."""
    resolutions = zip((1024, 2048, 512), (120, 240, 50), (600, 1200, 240), strict=True)
    return sum(auraloss_stft(input, target, *each) for each in resolutions) / 3


LIBRARIES = {
    "torchaudio": SimpleNamespace(rnnt_loss=torchaudio_rnnt_loss),
    "warprnnt": SimpleNamespace(rnnt_loss=warprnnt_rnnt_loss),
    "torchcrf": SimpleNamespace(crf=torchcrf_crf),
    "tslearn": SimpleNamespace(soft_dtw=soft_dtw, soft_dtw_loss=soft_dtw_loss),
    "auraloss": SimpleNamespace(
        si_sdr=auraloss_si_sdr,
        snr=auraloss_snr,
        esr=auraloss_esr,
        dc=auraloss_dc,
        log_cosh=auraloss_log_cosh,
        stft=auraloss_stft,
        multi_resolution_stft=auraloss_multi_resolution_stft,
    ),
}
