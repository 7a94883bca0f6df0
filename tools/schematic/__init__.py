"""The reference wiring as a picture, drawn from code: docs/pictures/pico_w.svg."""
