"""Formulas as MathML, which browsers draw themselves: no script, no network."""

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

__all__ = ["setup"]

_NAMED = re.compile(r"(\\(?:log|exp|max|min|tanh|cos))\s+(?=[A-Za-z]|\\[A-Za-z])")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name that `html_math_renderer` takes."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator: nodes.NodeVisitor, node: nodes.math) -> None:
    translator.body.append(_mathml(node.astext()))
    raise nodes.SkipNode


def _block(translator: nodes.NodeVisitor, node: nodes.math_block) -> None:
    formula = _mathml(node.astext(), display="block")
    translator.body.append(f'<div class="formula">{formula}</div>')
    raise nodes.SkipNode


def _mathml(latex: str, display: str = "inline") -> str:
    """Convert, with what latex2mathml lacks: `aligned`, and a gap after functions."""
    latex = latex.replace("{aligned}", "{split}")
    return convert(_NAMED.sub(r"\1\\, ", latex), display=display)
