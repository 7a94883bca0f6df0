"""Every command that a page shows is run here, elsewhere, or commands.toml says why not."""

import re
import shutil

import folders
import pytest
import shell
from pages import blocks, commands, english, known, others, pages, whole
from pilotwire_cli.main import app
from rig.interpreter import ROOT
from typer.main import get_command

DEADLINE_S = 120  # seconds are enough
PLAIN = [
    page for page in pages() if blocks(page, "sh") and page not in whole() and not english(page)
]
SHOWN = [
    pytest.param(*match, id=f"{page}:{match[0]}")
    for page in pages()
    for block in blocks(page, "console")
    for match in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE)
]
ALL = [line for page in pages() for block in blocks(page, "sh") for line in commands(block.text)]


@pytest.mark.parametrize("page", PLAIN)
def test_the_commands_of_a_page_work_in_their_order(page, tmp_path):
    missing = [name for name in known()["needs"].get(page, []) if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    before = known()["before"].get(page)
    if before:
        getattr(folders, before)(tmp_path)
    shell.run(page, tmp_path, {}, DEADLINE_S, within=tmp_path)


@pytest.mark.parametrize(("command", "printed"), SHOWN)
def test_a_command_prints_what_its_page_shows(command, printed):
    assert shell.of(command) == printed


def test_a_block_says_what_it_is():
    """So that none with commands is overlooked."""
    nameless = [f"{b.page}:{b.line}" for page in pages() for b in blocks(page) if not b.language]
    assert not nameless, "sh, console, text or another name belongs behind the fence"


@pytest.mark.parametrize("page", [page for page in pages() if english(page)])
def test_a_chinese_page_has_the_commands_of_the_english_one(page):
    def told(name):
        return [list(commands(block.text)) for block in blocks(name, "sh")]

    assert told(page) == told(english(page))


def test_the_list_of_exceptions_names_only_what_a_page_shows():
    assert not set(others()) - set(ALL)
    for names in (known()["whole"], known()["needs"], known()["before"]):
        assert not [page for page in names if not blocks(page, "sh")]


@pytest.mark.parametrize("row", known()["elsewhere"], ids=lambda row: row["command"])
def test_the_test_that_is_said_to_run_a_command_does(row):
    assert row["says"] in (ROOT / row["test"]).read_text()


@pytest.mark.parametrize(("page", "test"), whole().items())
def test_the_test_of_a_whole_page_runs_it(page, test):
    assert f'"{page}"' in (ROOT / test).read_text()


def exists(words):
    """Whether `pilotwire` has such a command."""
    command = get_command(app)
    for word in words:
        those = getattr(command, "commands", None)
        if not those:
            break
        if word not in those:
            return False
        command = those[word]
    return True


def test_what_a_text_tells_to_type_is_there():
    """`make x` and `pilotwire x` within a sentence: the target and the sub-command exist."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong = []
    for page, text in pages().items():
        for target in re.findall(r"`make ([a-z][a-z-]*)", text):
            if target not in targets:
                wrong.append(f"{page}: make {target}")
        for line in re.findall(r"`pilotwire ([a-z][^`\n]*)`", text):
            if not exists(line.replace("|", " ").split()):
                wrong.append(f"{page}: pilotwire {line}")
    assert not wrong
