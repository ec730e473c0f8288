"""The letter box: nothing is lost between those who post and the one who takes, and nothing comes after the close."""

from concurrent.futures import Future
from threading import Thread

import pytest

from alihdaya.embedded.letterbox import LetterBox
from alihdaya.embedded.works import Letter, Signal
from alihdaya.kernel.errors import Refused


def letter(works=1):
    return Letter([Signal("s", {})] * works, Future())


def test_a_group_ends_with_the_letter_that_fills_it():
    box = LetterBox()
    for works in (2, 2, 5, 1):
        box.post(letter(works))
    assert [len(one.works) for one in box.take(4, None)[0]] == [2, 2]
    assert [len(one.works) for one in box.take(4, None)[0]] == [5]
    assert [len(one.works) for one in box.take(4, 0)[0]] == [1]
    assert box.take(4, 0) == ([], False)


def test_what_was_posted_before_the_close_is_taken_and_nothing_after():
    box = LetterBox()
    box.post(letter())
    box.post(letter())
    box.close()
    box.close()
    with pytest.raises(Refused, match="no more works"):
        box.post(letter())
    assert (len(box.take(1, None)[0]), box.take(1, None)[1]) == (1, True)


def test_an_empty_box_that_is_closed_wakes_who_waits():
    box = LetterBox()
    heard = []
    waiting = Thread(target=lambda: heard.append(box.take(9, None)))
    waiting.start()
    box.close()
    waiting.join(100)
    assert heard == [([], True)]


def test_many_post_at_once_and_all_of_it_is_taken_once():
    box, taken = LetterBox(), []
    posters = [Thread(target=lambda: [box.post(letter(n % 3)) for n in range(2_000)]) for _ in range(4)]
    for poster in posters:
        poster.start()
    while len(taken) < 8_000:
        letters, over = box.take(50, 100)
        assert letters
        assert not over
        taken += letters
    assert len({id(one) for one in taken}) == 8_000
    assert box.take(50, 0) == ([], False)
