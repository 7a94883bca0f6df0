"""Who may charge at a shared box, as the box is told (docs/access.md)."""
