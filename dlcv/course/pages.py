"""Write a run as pages that open from disk, without a server and without a network."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from dlcv.course.notebooks import write_atomically
from dlcv.course.progress import metric_text
from dlcv.course.results import STATUSES, Result

__all__ = ["INDEX", "write_index", "write_page"]

INDEX = "index.html"

# nbconvert's page loads require.js, MathJax and Mermaid from a CDN before it shows anything. Here nothing is loaded:
# formulas are translated into MathML, which browsers draw themselves.
_TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}
<style>
main { max-width: 70rem; margin: 0 auto; }
.dlcv-head { font: 0.9rem system-ui, sans-serif; padding: 0.8rem; border-bottom: 1px solid #ccc; }
.dlcv-failed { color: #b00020; white-space: pre-wrap; }
details.dlcv-solution { margin: 0.5rem 0; border-left: 3px solid #7a9cc6; padding-left: 0.5rem; }
details.dlcv-solution > summary { cursor: pointer; font: 0.9rem system-ui, sans-serif; padding: 0.3rem; }
</style>
{%- endblock -%}
{%- block body_header -%}
{{ super() }}
<div class="dlcv-head">{{ resources.dlcv_head }}</div>
{%- endblock -%}
{%- block any_cell -%}
{%- if 'solution' in cell.metadata.get('tags', []) -%}
<details class="dlcv-solution"><summary>Solution</summary>
{{ super() }}
</details>
{%- else -%}
{{ super() }}
{%- endif -%}
{%- endblock -%}
"""

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.4rem 0.8rem; border-bottom: 1px solid #ddd; vertical-align: top; }
td.seconds, th.seconds { text-align: right; font-variant-numeric: tabular-nums; }
ul { margin: 0; padding-left: 1rem; }
.passed { color: #1b6e2d; }
.failed, .timeout, .died, .empty, .missed { color: #b00020; }
.interrupted { color: #8a6100; }
pre { white-space: pre-wrap; margin: 0.3rem 0; }
"""


def _kept(metric: dict[str, Any]) -> bool:
    if metric.get("direction") == "at_most":
        return metric["value"] <= metric["floor"]
    return metric["value"] >= metric["floor"]


def _head(result: Result) -> str:
    up = "../" * (len(PurePosixPath(result.page).parts) - 1)
    text = (
        f'<a href="{up}{INDEX}">all notebooks</a> · {html.escape(result.notebook)} · <b>{result.status}</b>'
        f" · {result.seconds:.1f} s · profile {html.escape(result.profile)}"
    )
    if result.error:
        where = f"code cell {result.cell}: " if result.cell else ""
        text += f'<p class="dlcv-failed">{html.escape(where + result.error)}</p>'
    return text


def _markdown_to_html(source: str) -> str:
    """Turn a cell's Markdown into HTML with its formulas in MathML."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        def inline_math(self, body: str) -> str:
            return _mathml(body, "inline")

        def block_math(self, body: str) -> str:
            return _mathml(body, "block")

    return MarkdownWithMath(renderer=Renderer(escape=False)).render(source)


def _mathml(formula: str, display: str) -> str:
    from latex2mathml.converter import convert

    try:
        return convert(formula.strip(), display=display)
    except Exception:  # whatever a learner's formula lacks, the page shows its TeX rather than nothing
        return f"<code>{html.escape(formula)}</code>"


def write_page(node: Any, result: Result, out: Path) -> Path:
    """Write an executed notebook as a page, its solutions folded.

    Args:
        node: the notebook as it was executed.
        result: what came of it; `result.page` says where the page goes.
        out: the folder that `result.page` counts from.

    Returns:
        The page's path.
    """
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="lab", template_file="dlcv.html.j2", extra_loaders=[DictLoader({"dlcv.html.j2": _TEMPLATE})]
    )
    exporter.register_filter("markdown2html", _markdown_to_html)
    resources = {"dlcv_head": _head(result), "metadata": {"name": result.title or result.notebook}}
    body, _ = exporter.from_notebook_node(node, resources=resources)
    path = out / result.page
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, body)
    return path


def _row(result: Result) -> str:
    title = html.escape(result.title or result.notebook)
    link = f'<a href="{html.escape(result.page)}">{title}</a>' if result.page else title
    metrics = "".join(
        f'<li class="{"kept" if _kept(metric) else "missed"}">{html.escape(metric_text(metric))}</li>'
        for metric in result.metrics
    )
    error = ""
    if result.error:
        where = f"code cell {result.cell}: " if result.cell else ""
        error = f'<pre class="{result.status}">{html.escape(where + result.error)}</pre>'
    return (
        f"<tr><td>{link}{error}</td>"
        f'<td class="{result.status}" title="{STATUSES.get(result.status, "")}">{result.status}</td>'
        f'<td class="seconds">{result.seconds:.1f}</td><td>{f"<ul>{metrics}</ul>" if metrics else "–"}</td></tr>'
    )


def write_index(results: Sequence[Result], out: Path) -> Path:
    """Write the index of a run: status, seconds, metrics against their floors, and a link to each page.

    Args:
        results: what came of each notebook, in the order to show.
        out: the folder to write `index.html` into.

    Returns:
        The index's path.
    """
    passed = sum(result.passed for result in results)
    profiles = ", ".join(sorted({result.profile for result in results})) or "–"
    body = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{passed} of {len(results)} passed</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Deep learning for computer vision: a run of the course</h1>
<p>{passed} of {len(results)} notebooks passed · profile {html.escape(profiles)} ·
{sum(result.seconds for result in results):.0f} s of work · <a href="results.json">results.json</a></p>
<table>
<thead><tr><th>notebook</th><th>status</th><th class="seconds">seconds</th>
<th>metrics against their bounds</th></tr></thead>
<tbody>
{"".join(_row(result) for result in results)}
</tbody>
</table>
</body>
</html>
"""
    path = out / INDEX
    write_atomically(path, body)
    return path
