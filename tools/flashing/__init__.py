"""The firmware onto a board, by mpremote, so that the board can start at every moment."""
