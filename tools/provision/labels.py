"""Labels for boxes: a QR code and the id, on sheets of A4 with 24 labels of 70 x 37 mm."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

ACROSS, DOWN = 3, 8
_WIDE, _HIGH = 70 * mm, 37 * mm
_CODE = 29 * mm
_EDGE = 4 * mm


def write(path: Path, labels: Sequence[tuple[str, str, str]]) -> None:
    """(content of the code, id, second line) of each. The same labels are the same bytes."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle("Pilotwire boxes")
    left = (A4[0] - ACROSS * _WIDE) / 2
    top = A4[1] - (A4[1] - DOWN * _HIGH) / 2
    for number, label in enumerate(labels):
        place = number % (ACROSS * DOWN)
        if number and not place:
            canvas.showPage()
        row, column = divmod(place, ACROSS)
        _label(canvas, left + column * _WIDE, top - (row + 1) * _HIGH, label)
    canvas.save()


def _label(canvas: Canvas, x: float, y: float, label: tuple[str, str, str]) -> None:
    content, name, second = label
    code = QrCodeWidget(content, barLevel="M", barWidth=_CODE, barHeight=_CODE)
    drawing = Drawing(_CODE, _CODE)
    drawing.add(code)
    renderPDF.draw(drawing, canvas, x + _EDGE, y + _EDGE)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(x + _CODE + 1.5 * _EDGE, y + 20 * mm, name)
    canvas.setFont("Helvetica", 7)
    canvas.drawString(x + _CODE + 1.5 * _EDGE, y + 15 * mm, second[:24])
