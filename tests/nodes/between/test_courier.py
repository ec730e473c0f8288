"""The courier, with rooms and a reader made for it: what fails, and what keeps failing, holds nobody else up."""

from concurrent.futures import Future

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.exchange.shards.commands import Acknowledge, Forward, TakeIn
from alihdaya.operations.exchange.shards.courier import Courier
from alihdaya.store import StoreError
from alihdaya.store.codec import encode
from alihdaya.store.lease.crossings import Posted


class Reader:
    """What stands in the tables."""

    def __init__(self):
        self.rows, self.reached, self.where, self.log = {}, {}, {}, []

    def posts(self, _):
        return self.rows

    def arrived(self, _):
        return self.reached

    def waiters(self, _):
        return self.where

    def house(self, after):
        return [one for one in self.log if one.seq > after]


class Room:
    """A writer that fails as it is told to; `errors` are raised first, in order, None for a success."""

    def __init__(self, *errors, bad=()):
        self.commands, self.errors, self.bad = [], list(errors), bad

    def post(self, command, at):
        self.commands.append(command)
        answer = Future()
        error = self.errors.pop(0) if self.errors else None
        if type(command) is TakeIn and not command.lost and any(one.message in self.bad for one in command.posts):
            error = TypeError("a mistake of ours")
        answer.set_result(None) if error is None else answer.set_exception(error)
        return answer


class Board:
    def __init__(self, posts=(), kept=(), fresh=(), house=0):
        self.posts, self.kept, self.fresh, self.arrived = posts, kept, list(fresh), {0: (house, 0)}


def row(seq, name="news", shard=2):
    return Posted(1, seq, 0, shard, "message", name, "k", encode({"n": seq}), 7, 10)


def courier(reader, **rooms):
    return Courier(reader, lambda: {int(name[1:]): room for name, room in rooms.items()}, lambda: 0)


def names(room):
    return [[one.name for one in command.posts] for command in room.commands if type(command) is TakeIn]


def test_what_was_taken_in_is_not_brought_again_even_before_it_is_acknowledged():
    reader, room = Reader(), Room()
    made = courier(reader, s2=room)
    reader.rows = {(1, 2): [row(1), row(2)]}
    made.step()
    reader.rows = {(1, 2): [row(1), row(2), row(3)]}
    made.step()
    made.step()
    assert names(room) == [[(1, 0), (2, 0)], [(3, 0)]]
    assert room.commands[0].posts[0].payload == {"n": 1}


def test_a_lost_lease_or_store_is_asked_again_with_all():
    reader, room = Reader(), Room(StoreError(Problem("gone", "gone")), Refused(Problem("closed", "closed")))
    made = courier(reader, s2=room)
    reader.rows = {(1, 2): [row(1), row(2)]}
    for _ in range(4):
        made.step()
    assert names(room) == [[(1, 0), (2, 0)]] * 3


def test_one_that_keeps_failing_is_passed_over_and_the_others_come_in():
    reader, room = Reader(), Room(bad=("bad",))
    made = courier(reader, s2=room)
    reader.rows = {(1, 2): [row(1), row(2, "bad"), row(3)]}
    for _ in range(20):
        made.step()
    assert names(room)[:2] == [[(1, 0), (2, 0), (3, 0)], [(1, 0)]]
    assert [[one.name for one in command.posts] for command in room.commands if command.lost] == [[(2, 0)]]
    assert names(room)[-1] == [(3, 0)]


def test_who_sent_hears_how_far_it_came_and_who_keeps_hears_who_waits():
    reader, one, other = Reader(), Room(), Room()
    made = courier(reader, s1=one, s3=other)
    reader.reached, reader.where = {(1, 2): (9, 0)}, {3: {(4, 0): 2}}
    made.step()
    assert not one.commands
    made.told(1, Board(posts={(9, 0): 2}))
    made.told(3, Board(kept={(4, 0): 1, (5, 0): 1}, fresh=[(4, 0), (5, 0), (6, 0)]))
    made.step()
    assert one.commands == [Acknowledge(2, (9, 0))]
    assert other.commands == [Forward((((4, 0), 2), ((5, 0), 0)))]
