"""The report as a PDF, A4. Chinese is in STSong-Light, which every reader of PDFs has itself."""

from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Line, PolyLine, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from .picture import HEIGHT, WIDTH, picture
from .read import Report, Row, Step
from .words import own, rows, title, when

_FONT = "STSong-Light"
_WIDTHS = (40 * mm, 55 * mm, 75 * mm)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12)
_HEAD = ParagraphStyle("head", parent=_TEXT, fontSize=17, leading=24)
_PART = ParagraphStyle("part", parent=_TEXT, fontSize=13, leading=20, spaceBefore=8)
_STEP = ParagraphStyle("step", parent=_TEXT, fontSize=10.5, leading=15, spaceBefore=6)
_INK = HexColor("#00539c")
_PALE = HexColor("#cccccc")
_MARGIN = 18 * mm


def sheet(report: Report, checks: list[str], language: str) -> bytes:
    """The PDF; `checks` are lines that say how genuine it is."""
    registerFont(UnicodeCIDFont(_FONT))
    head = report.head
    parts: list = [_p(own("title", language), _HEAD)]
    parts.append(_p(f"{own('box', language)} {head['box']}, {head['board']}, {head['firmware']}"))
    parts.append(_p(f"{when(head.get('unix'), language)} ({head.get('clock')})"))
    parts.append(_p(head["installer"]))
    parts.append(_p(own("sealed", language), _PART))
    parts += _table(rows("sealed", head["sealed"]))
    parts.append(_p(own("genuine", language), _PART))
    parts += [_p(line) for line in (*checks, f"SHA-256 {report.digest}")]
    parts.append(_p(own("steps", language), _PART))
    parts += [KeepTogether(_step(step, language)) for step in report.steps]
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"{own('title', language)} {head['box']}",
        invariant=1,  # the same report makes the same bytes
    )
    document.build(parts)
    return out.getvalue()


def _step(step: Step, language: str) -> list:
    about = f": {step.about}" if step.about else ""
    verdict = f"{own(step.verdict, language)}{about}, {when(step.unix, language)}"
    parts = [_p(title(step.name, language), _STEP), _p(verdict)]
    parts += _table(rows(step.name, step.values))
    if step.sweep:
        parts += [Spacer(1, 4), drawing(step.sweep, A4[0] - 2 * _MARGIN - 12)]
    return parts


def drawing(sweep: tuple[Row, ...], width: float) -> Drawing:
    """A sweep, so wide."""
    drawn = picture(sweep)
    made = Drawing(WIDTH, HEIGHT)
    for (x1, y1), (x2, y2) in drawn.grid:
        made.add(Line(x1, HEIGHT - y1, x2, HEIGHT - y2, strokeColor=_PALE, strokeWidth=0.5))
    for line in drawn.lines:
        points = [part for x, y in line for part in (x, HEIGHT - y)]
        made.add(PolyLine(points, strokeColor=_INK, strokeWidth=1.4))
    for label in drawn.labels:
        x, y = label.at
        made.add(String(x, HEIGHT - y, label.text, fontSize=9, textAnchor=label.anchor))
    scale = width / WIDTH
    made.scale(scale, scale)
    made.width, made.height = width, HEIGHT * scale
    return made


def _table(cells: list[tuple[str, str, str]]) -> list:
    if not cells:
        return []
    made = Table([[_p(cell) for cell in row] for row in cells], _WIDTHS, hAlign="LEFT")
    made.setStyle([("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)])
    return [made]


def _p(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    """In Helvetica, but for characters that it has not."""
    latin = all(ord(c) < 0x100 for c in text)
    return Paragraph(
        escape(text),
        style if latin else ParagraphStyle("cjk", style, fontName=_FONT, wordWrap="CJK"),
    )
