"""What kornia and MONAI compute of images and of the skeletons in them, in JAX."""

import jax
import jax.numpy as jnp
from jax import lax

__all__ = ["kornia_ssim", "monai_soft_cldice"]


def _filtered(x, window):
    """Return the weighted means of the windows within each image of (B, C, H, W)."""
    size = len(window)
    for axis in (2, 3):
        count = x.shape[axis] - size + 1
        parts = (lax.slice_in_dim(x, k, k + count, axis=axis) for k in range(size))
        x = sum(w * part for w, part in zip(window, parts, strict=True))
    return x


def kornia_ssim(img1, img2, window_size, max_val=1.0, padding="same"):
    """Return ssim_loss."""
    places = jnp.arange(window_size) - window_size // 2
    window = jnp.exp(-(places**2) / (2 * 1.5**2))
    window = window / window.sum()
    if padding == "same":
        border = (window_size // 2,) * 2
        wide = ((0, 0), (0, 0), border, border)
        img1, img2 = (jnp.pad(x, wide, mode="reflect") for x in (img1, img2))
    moments = img1, img2, img1**2, img2**2, img1 * img2
    mean, other, squares, others, product = (_filtered(x, window) for x in moments)
    c1, c2 = (0.01 * max_val) ** 2, (0.03 * max_val) ** 2
    top = (2 * mean * other + c1) * (2 * (product - mean * other) + c2)
    spread = squares - mean**2 + others - other**2
    bottom = (mean**2 + other**2 + c1) * (spread + c2)
    return jnp.clip((1 - top / (bottom + 1e-12)) / 2, 0, 1).mean()


def _largest(x, rows, columns):
    """Return the largest of a window about each pixel."""
    window = (1, 1, rows, columns)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, (1,) * 4, "SAME")


def _eroded(x):
    return jnp.minimum(-_largest(-x, 3, 1), -_largest(-x, 1, 3))


def _skeleton(x, iterations):
    def thin(x):
        return jax.nn.relu(x - _largest(_eroded(x), 3, 3))

    found = thin(x)
    for _ in range(iterations):
        x = _eroded(x)
        delta = thin(x)
        found = found + jax.nn.relu(delta - found * delta)
    return found


def monai_soft_cldice(x, y, iter_=3, smooth=1e-4):
    """Return SoftclDiceLoss of one class."""

    def share(skeleton, mask):
        inside, whole = (skeleton * mask).sum((1, 2, 3)), skeleton.sum((1, 2, 3))
        return (inside + 1) / (whole + 1)

    precision = share(_skeleton(x, iter_), y)
    recall = share(_skeleton(y, iter_), x)
    return (1 - 2 * precision * recall / (precision + recall + smooth)).mean()
