"""What the workplace says when something is done, and when it is not."""

from alihdaya.console.words import mark

DONE = {
    "done": mark("Done. The item goes on."),
    "passed": mark("Passed on."),
    "handed": mark("Handed over. Its answer comes back to this task."),
    "handed-on": mark("Handed over for good."),
    "give-back": mark("Given back. Whoever asked reads why."),
    "take-back": mark("Taken back. It waits here again."),
    "put-off": mark("Put off until then."),
    "declined": mark("It goes to somebody else."),
    "advised": mark("Thank you. Whoever asked has your advice."),
    "reviewed": mark("Noted. Whoever did it sees what you found."),
    "disputed": mark("Somebody else will look at it once more."),
    "answered": mark("Thank you. Your answer counts."),
    "left": mark("You have left. Work waits for others."),
}
"""By what a desk's address tells of the step before."""

TROUBLE = {
    "not-theirs": mark("This task is not yours, or no longer."),
    "not-waiting": mark("Somebody else was faster."),
    "not-present": mark("You are not present: come in first."),
    "holds-work": mark("You still have work: finish it or pass it on first."),
    "no-room": mark("Your hands are full."),
    "not-open": mark("The item is closed already."),
    "suspended": mark("The item is suspended: nothing of it goes on."),
    "no-service": mark("The client has no such service."),
    "same-service": mark("This service has it already: pass it on."),
    "bad-given": mark("Write what the other service needs one a line: column=value."),
    "bad-time": mark("Choose a day and a time."),
    "no-question": mark("Write what you want to know."),
    "no-answer": mark("Write your advice."),
    "no-reason": mark("Write why."),
    "not-handed-over": mark("Nothing is awaited for this any more."),
    "no-advice": mark("You are not asked for advice on this."),
    "oneself": mark("Somebody else gives advice, not you."),
    "enough": mark("Five people are asked for advice on it already."),
    "no-review": mark("This does not wait for your review, or no longer."),
    "disputed": mark("It was looked at a second time already: that stands."),
    "past": mark("Choose a time that lies ahead."),
    "too-far": mark("A call-back lies at most a year ahead."),
    "quiz-closed": mark("This test is closed, or another attempt at it has begun. Open the course again."),
    "not-done": mark("A module of the course is not done yet."),
    "too-soon": mark("The course reports too often. What it said last is asked for again by itself."),
    "too-much": mark("The course keeps more notes than fit. What it said before stays; how it goes is still kept."),
    "done-already": mark("You have done this task already. What came afterwards does not count."),
    "no-such-person": mark("Nobody on the roster is called so."),
    "bad-token": mark("The token is unknown, expired or revoked."),
    "no-token": mark("Show a token."),
    "too-many-logins": mark("Too many failed attempts from here. Wait a minute."),
    "no-desk": mark("This token opens no workplace."),
    "is-a-program": mark("A program fetches its work itself."),
    "no-holder": mark("This floor is with another node at the moment."),
    "unavailable": mark("The store does not answer. Nothing was changed; try again."),
}
"""By the code of a problem."""
