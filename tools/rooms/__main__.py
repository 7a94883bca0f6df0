"""`make rooms`: draws docs/pictures/rooms.svg."""

from .picture import PICTURE, svg

PICTURE.write_text(svg())
print(PICTURE)
