"""What a form asks for, as a command of the writer: the same that the API and the command line post."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from alihdaya.console.workplace.door import Guest
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY, SECOND, micros
from alihdaya.operations.exchange.handover.commands import HandBack, HandOver
from alihdaya.operations.floor.commands import Advise, AskAdvice, FloorCommand, HandOn
from alihdaya.work.floor import CHANNELS, shares
from alihdaya.work.floor.commands import Accept, Beat, CallBack, Decline, LogIn, LogOut, SetState, Take

_LONGEST_LEASE = 86_400


def presence(act: str, person: str, form: Mapping[str, str]) -> FloorCommand:
    """Give what somebody says of themselves: come, leave, beat, or the state that they are in."""
    match act:
        case "come":
            most = {channel: _whole(form.get(channel, "")) for channel in CHANNELS}
            lease = _whole(form.get("lease", ""), _LONGEST_LEASE)
            return LogIn(person, shares(most if any(most.values()) else {"office": 1}), lease * SECOND)
        case "leave":
            return LogOut(person)
        case "beat":
            return Beat(person)
    return SetState(person, act)


def of_task(
    act: str, key: tuple[int, int], guest: Guest, form: Mapping[str, str]
) -> FloorCommand | HandOver | HandBack:
    """Give what somebody does with a task. Raises Refused for what nobody can do, and a time that is none."""
    between = _BETWEEN.get(act)
    return _within(act, key, guest, form) if between is None else between(key, guest, form)


def _within(act: str, key: tuple[int, int], guest: Guest, form: Mapping[str, str]) -> FloorCommand:
    match act:
        case "accept":
            return Accept(*key, guest.person)
        case "decline":
            return Decline(*key, guest.person, form.get("reason", "").strip())
        case "take":
            return Take(*key, guest.person)
        case "pass":
            kind, to, note = (form.get(name, "").strip() for name in ("kind", "to", "note"))
            return HandOn(*key, guest.person, kind, to, None, note)
        case "put-off":
            return CallBack(*key, guest.person, _instant(form.get("until", ""), guest.zone))
        case "consult":
            return _consult(key, guest, form)
        case "advise":
            note = form.get("advice", "").strip()
            if not note:
                raise Refused(Problem("no-answer", "write the advice"))
            return Advise(*key, guest.person, note)
    raise Refused(Problem("bad-act", f"nobody can {act[:20]!r} a task"))


def _consult(key: tuple[int, int], guest: Guest, form: Mapping[str, str]) -> AskAdvice:
    note, to = (form.get(name, "").strip() for name in ("question", "whom"))
    if not note:
        raise Refused(Problem("no-question", "say what the advice is asked for"))
    return AskAdvice(*key, guest.person, to, note)


def _hand_over(key: tuple[int, int], guest: Guest, form: Mapping[str, str]) -> HandOver:
    """Read a hand-over; of the other service's intake, one COLUMN=VALUE a line."""
    lines = [line.partition("=") for line in form.get("given", "").splitlines() if line.strip()]
    if any(not mark for _, mark, _ in lines):
        raise Refused(Problem("bad-given", "one COLUMN=VALUE a line"))
    given = {name.strip(): value.strip() for name, _, value in lines}
    engagement, _, service = form.get("service", "").strip().rpartition("/")
    note = form.get("note", "").strip()
    return HandOver(*key, guest.person, service, engagement, note, given, final=form.get("final") == "on")


def _give_back(key: tuple[int, int], guest: Guest, form: Mapping[str, str]) -> HandBack:
    """Read why what another service asked for is given back."""
    if not form.get("reason", "").strip():
        raise Refused(Problem("no-reason", "say why it is given back"))
    return _take_back(key, guest, form)


def _take_back(key: tuple[int, int], guest: Guest, form: Mapping[str, str]) -> HandBack:
    return HandBack(key[0], guest.person, form.get("reason", "").strip(), key[1])


_BETWEEN: dict[str, Callable[[tuple[int, int], Guest, Mapping[str, str]], HandOver | HandBack]] = {
    "hand-over": _hand_over,
    "give-back": _give_back,
    "take-back": _take_back,
}
"""What is done between services, by the end of the form's address."""


def _instant(text: str, zone: str) -> int:
    """Read a day and a time of day in somebody's zone."""
    try:
        found = datetime.fromisoformat(text)
        return micros(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        raise Refused(Problem("bad-time", f"{text[:40]!r} is no time")) from None


def _whole(text: str, most: int = 60) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def seconds(since: int, now: int) -> int:
    """Give the handling time of who has had a task since then: a day at most."""
    return min(max(0, now - since), DAY) // SECOND
