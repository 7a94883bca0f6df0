"""A site's connection shared among its boxes (docs/site.md)."""
