"""Ring 2: the lamp, button and buzzer of a box that has them; on others none of it is loaded."""
