"""docs/configuration.md lists every key of config.py, its default, and what it may be."""

import re

import pytest
from pilotwire.config import KEYS
from rig.interpreter import ROOT

ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| (.*?) \| (.*?) \|", re.MULTILINE)
PAGE = (ROOT / "docs" / "configuration.md").read_text()


def listed():
    """(key, its default, the cell that says what it may be) of each key on the page."""
    for keys, defaults, may_be in ROW.findall(PAGE):
        keys, defaults = keys.strip("`").split("`, `"), defaults.split(", ")
        for i, key in enumerate(keys):
            yield key, defaults[i % len(defaults)], may_be


SAID = {key: said for key, *said in listed()}


def test_the_page_lists_each_key_once_and_no_other():
    assert sorted(key for key, *_ in listed()) == sorted(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_the_page_says_the_keys_default_and_range(key):
    default, may_be = SAID[key]
    own = KEYS[key][0]
    if isinstance(own, str):
        assert default == (f"`{own}`" if own else '`""`')
    else:
        assert default == str(own).lower()
    if len(KEYS[key]) == 3 and isinstance(own, int) and key != "limit_ma":
        assert f"{KEYS[key][1]} to {KEYS[key][2]}" in may_be
    elif len(KEYS[key]) == 2 and isinstance(own, str):
        assert may_be == ", ".join(f"`{one}`" if one else '`""`' for one in KEYS[key][1])
