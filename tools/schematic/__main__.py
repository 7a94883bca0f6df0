from .picture import PICTURE, draw

draw()
print(PICTURE)
