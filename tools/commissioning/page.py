"""The report as one HTML file, with its pictures in it."""

from html import escape

from .picture import HEIGHT, WIDTH, picture
from .read import Report, Row, Step
from .words import own, rows, title, when

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }
table { border-collapse: collapse; margin: .5rem 0 }
td, th { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top }
h3 { margin: 1.5rem 0 .2rem } svg { width: 100%; height: auto }
.good::before { content: "\\2713  " } .skipped::before { content: "\\2013  " }
.bad::before { content: "\\2717  " }
.good { color: #00539c } .skipped { color: #6b6b6b } .bad { color: #b34700; font-weight: bold }
code { word-break: break-all }
"""


def page(report: Report, checks: list[str], language: str) -> str:
    """HTML; `checks` are lines that say how genuine it is."""
    head = report.head
    box = f"{head['box']}, {head['board']}, {head['firmware']}"
    parts = [
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">',
        f"<title>{_t(own('title', language))} {_t(head['box'])}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{_t(own('title', language))}</h1>",
        f"<p>{_t(own('box', language))} {_t(box)}<br>{_t(when(head.get('unix'), language))}",
        f" ({_t(head.get('clock'))})<br>{_t(head['installer'])}</p>",
        f"<h2>{_t(own('sealed', language))}</h2>",
        _table(rows("sealed", head["sealed"])),
        f"<h2>{_t(own('genuine', language))}</h2>",
        *(f"<p>{_t(line)}</p>" for line in checks),
        f"<p>SHA-256 <code>{report.digest}</code></p>",
        f"<h2>{_t(own('steps', language))}</h2>",
        *(_step(step, language) for step in report.steps),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _step(step: Step, language: str) -> str:
    verdict = own(step.verdict, language)
    about = f": {step.about}" if step.about else ""
    return "\n".join(
        [
            f"<h3>{_t(title(step.name, language))}</h3>",
            f'<p><span class="{step.verdict}">{_t(verdict + about)}</span>, '
            f"{_t(when(step.unix, language))}</p>",
            _table(rows(step.name, step.values)),
            svg(step.sweep) if step.sweep else "",
        ]
    )


def svg(sweep: tuple[Row, ...]) -> str:
    """A sweep as an inline picture."""
    drawn = picture(sweep)
    parts = [
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" xmlns="http://www.w3.org/2000/svg" role="img">'
    ]
    for (x1, y1), (x2, y2) in drawn.grid:
        parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ccc"/>'
        )
    for line in drawn.lines:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="#00539c" stroke-width="1.6"/>'
        )
    for label in drawn.labels:
        x, y = label.at
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="9" text-anchor="{label.anchor}">'
            f"{_t(label.text)}</text>"
        )
    return "".join(parts) + "</svg>"


def _table(cells: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        f"<tr><th>{_t(what)}</th><td>{_t(value)}</td><td>{_t(span)}</td></tr>"
        for what, value, span in cells
    )
    return f"<table>{lines}</table>" if lines else ""


def _t(value: object) -> str:
    return escape(str(value))
