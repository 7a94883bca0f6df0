"""The firmware as a board's flash holds it: names shortened, compiled, in one pack a slot."""
