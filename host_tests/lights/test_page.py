"""The owner's table of the lamp: fresh, and with words for each rhythm in both languages."""

import lights


def test_the_page_is_fresh():
    assert lights.PAGE.read_text() == lights.page(), "make lights"


def test_each_rhythm_has_words_and_no_word_is_left_over():
    known = {row["is"] for row in lights.rows()}
    assert known == set(lights.texts())


def test_each_picture_is_unlike_every_other_however_it_is_turned():
    seen = set()
    for row in lights.rows():
        drawn = lights.picture(row["beat"])
        turned = min(drawn[i:] + drawn[:i] for i in range(len(drawn)))
        assert turned not in seen, row["is"]
        seen.add(turned)
