"""The rooms of the firmware and the arrows between them: stated, found in the code, and drawn."""
