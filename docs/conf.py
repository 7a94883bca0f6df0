"""How `make docs` builds the pages: Sphinx, whose sources are the Markdown files where they lie.

The whole repository is the source folder, so that a link from a page to a board's page, or to a
file of the code, is the same here and where the code is hosted.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAVIGATION = tomllib.loads((ROOT / "docs" / "navigation.toml").read_text())["part"]
_TO_INDEX = '<!doctype html><meta http-equiv="refresh" content="0; url=docs/index.html">\n'

project = "Pilotwire"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
project_copyright = "the Pilotwire contributors; MIT licence"
language = "en"

extensions = ["myst_parser"]
include_patterns = ["*.md", "docs/**", "boards/**", "tools/**"]
exclude_patterns = ["**/.*", "**/node_modules", "**/__pycache__"]
root_doc = "docs/index"
myst_heading_anchors = 6  # as a code-hosting site makes them: every heading of every page
suppress_warnings = ["myst.header"]  # a page may leave out a level

html_theme = "furo"  # asks no other host for fonts or scripts
html_title = f"{project} {version}"
html_use_index = False
html_copy_source = False
html_show_sphinx = False


def _navigation(app, name, content):
    """The pages by reader; in the landing page itself it would be in the way elsewhere."""
    if name != root_doc:
        return
    for part in _NAVIGATION:
        lines = ["", "", "```{toctree}", ":hidden:", f":caption: {part['title']}", ""]
        content[0] += "\n".join([*lines, *(f"/{page}" for page in part["pages"]), "```", ""])


def _language(app, name, template, context, tree):
    """A Chinese page says so, to browsers and screen readers."""
    if name.startswith("docs/zh/"):
        context["language"] = "zh"


def _index(app, error):
    (Path(app.outdir) / "index.html").write_text(_TO_INDEX)


def setup(app):
    """Sphinx calls this."""
    app.connect("source-read", _navigation)
    app.connect("html-page-context", _language)
    app.connect("build-finished", _index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
