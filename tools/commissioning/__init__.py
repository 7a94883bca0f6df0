"""The report of commissioning outside the box: read, verified, shown as a page and as a sheet."""
