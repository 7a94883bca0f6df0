"""One measured figure, as it is printed: `name value unit limit`."""

Figure = tuple[str, float, str, float]  # at most the limit
BoardFigure = tuple[str, float, str, str]  # limit: "1000" at most, ">=1000" at least
