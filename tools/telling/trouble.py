"""What goes wrong in a command: what happened, what it means, what to do, and the exit code."""

DONE, REFUSED, WRONG, NO_ANSWER = range(4)  # exit codes


class Trouble(Exception):
    """Ends a command with `code`; root.py tells it."""

    def __init__(self, code: int, happened: str, means: str, do: str):
        super().__init__(happened)
        self.code = code
        self.happened, self.means, self.do = happened, means, do

    def __str__(self) -> str:
        """Two lines for a person: what happened; what that means and what to do."""
        return f"{self.happened}\n{self.means}; {self.do}"


def no_answer(happened: str, means: str, do: str) -> Trouble:
    """The box says nothing, or not what was waited for."""
    return Trouble(NO_ANSWER, happened, means, do)
