"""Ring 0 broken in every single place, one at a time, to see that some test notices."""
