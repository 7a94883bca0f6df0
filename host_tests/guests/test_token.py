"""The hash of a card's id: the one that the backend and the box agree on."""

import hashlib

import pytest
from guests.token import NoToken, token
from pilotwire.energy import guests
from typer.testing import CliRunner


def test_is_the_first_8_bytes_of_sha_256_over_box_and_card():
    assert token("box-1", "04A2B3C4") == hashlib.sha256(b"box-1:04A2B3C4").hexdigest()[:16]
    assert token("box-1", "Ä 7") == hashlib.sha256("box-1:Ä 7".encode()).hexdigest()[:16]


def test_differs_from_box_to_box_and_from_letter_to_letter():
    assert (
        len({token("a", "04a2"), token("b", "04a2"), token("a", "04A2"), token("a", "04a2 ")}) == 4
    )


def test_is_one_that_the_box_takes():
    guests.check({"tokens": [[token("box-1", "04A2B3C4"), 0, -1]], "windows": []})


@pytest.mark.parametrize(
    ("box", "card", "words"),
    [
        ("", "x", "id: 1 to 20"),
        ("a:b", "x", "letters, digits"),
        ("b" * 21, "x", "1 to 20"),
        ("b", "", "card"),
    ],
)
def test_an_id_that_can_be_none_is_refused(box, card, words):
    with pytest.raises(NoToken, match=words):
        token(box, card)


def test_the_command_prints_it_alone():
    from pilotwire_cli.main import app

    result = CliRunner().invoke(app, ["token", "box-1", "04A2B3C4"])
    assert (result.exit_code, result.stdout) == (0, token("box-1", "04A2B3C4") + "\n")
    assert CliRunner().invoke(app, ["token", "a b", "04A2B3C4"]).exit_code == 2
