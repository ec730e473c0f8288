"""A worker that is a program, over HTTP: it fetches people's tasks, keeps them, hands them in or gives them back.

    robot = Program("http://10.0.0.11:8400", "robo", token)
    task = robot.fetch(wait=20)
    robot.submit(task["item"], task["token"], task["lock"], {"verdict": "yes"})

What it has is asked of the nodes, so that a program that died goes on where it was.
"""

import json
from decimal import Decimal
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from alihdaya.kernel.errors import Problem, Refused

_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode
_AGAIN, _PATIENT = 0.5, 60.0
"""Seconds: the pause before asking again while nobody holds a shard, and how long that is done."""

Task = dict[str, Any]


class Program:
    """Speaks for the program `worker`, whose id is the name of `token`; `url` is any node's.

    Everything raises Refused with what a node says: "withdrawn" where a certificate was, "lease-lost" where it was
    silent for too long, "no-answer" where no node answers.
    """

    def __init__(self, url: str, worker: str, token: str = "", *, lease: float = 60.0, trust_env: bool = False) -> None:
        self.worker = worker
        self._url = url.rstrip("/")
        self._lease = lease
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(timeout=45, trust_env=trust_env)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def fetch(self, services: list[str] | None = None, *, wait: float = 0) -> Task | None:
        """Take the next task that it may do, waiting up to so many seconds (at most 30); None where there is none."""
        wish = {"services": services or [], "lease": self._lease}
        nodes = self._nodes()
        for node in nodes:
            last = node == nodes[-1]
            task: Task | None = self._ask("/api/work/fetch", node, **wish, wait=wait if last else 0)["task"]
            if task is not None:
                return task
        return None

    def held(self) -> list[Task]:
        """Give what it has."""
        return [task for node in self._nodes() for task in self._ask("/api/work/held", node)["tasks"]]

    def task(self, item: str, token: int) -> Task:
        """Give a task that it has. Raises Refused for another."""
        for task in self.held():
            if (task["item"], task["token"]) == (item, token):
                return task
        raise Refused(Problem("not-theirs", f"{self.worker} does not have task {token} of item {item}"))

    def heartbeat(self, item: str, token: int, lock: int) -> str:
        """Keep a task; gives until when."""
        body = {"lock": lock, "lease": self._lease}
        return str(self._ask(f"/api/work/{_part(item)}/{token}/heartbeat", **body)["until"])

    def submit(self, item: str, token: int, lock: int, result: dict[str, Any]) -> None:
        """Hand a task in; `result` by field of its form."""
        self._ask(f"/api/work/{_part(item)}/{token}/complete", lock=lock, result=result)

    def fail(self, item: str, token: int, lock: int, message: str) -> None:
        """Give a task back, and say why."""
        self._ask(f"/api/work/{_part(item)}/{token}/fail", lock=lock, message=message)

    def hand_over(self, item: str, token: int, lock: int, service: str, **more: Any) -> str:
        """Hand a task over to another service of its client; gives the item that begins there.

        `more`: engagement, note, and `given`, columns of that service's intake. The answer comes back to the task.
        """
        path = f"/api/work/{_part(item)}/{token}/hand-over"
        return str(self._ask(path, lock=lock, service=service, **more)["id"])

    def proofs(self) -> dict[str, Any]:
        """Give its certificates and tests."""
        found: dict[str, Any] = self._ask("/api/work/proofs")
        return found

    def begin_test(self, engagement: str, service: str, certificate: str) -> dict[str, Any]:
        """Begin the practical test for a certificate: give its number and questions."""
        wish = {"engagement": engagement, "service": service, "certificate": certificate}
        found: dict[str, Any] = self._ask("/api/work/tests", **wish)
        return found

    def answer_test(self, test: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
        """Answer the questions of a practical test in their order: give what came of it."""
        found: dict[str, Any] = self._ask(f"/api/work/tests/{_part(test)}/answers", answers=answers)
        return found

    def questions(self) -> dict[str, Any]:
        """Give the clients' questions that it may answer (`open`), and how what it answered held (`held`, `score`)."""
        found: dict[str, Any] = self._ask("/api/work/questions")
        return found

    def answer_question(self, question: str, probabilities: dict[str, str], *, seconds: int, **more: Any) -> bool:
        """Answer a question, `probabilities` by outcome; False where the very same was recorded before.

        `more`: evidence, a list of what was opened, and item, the work that the answer comes with.
        """
        wish = {"question": question, "probabilities": probabilities, "seconds": seconds, **more}
        return bool(self._ask("/api/work/questions/answers", **wish)["new"])

    def _nodes(self) -> list[str]:
        """Give the nodes that live; the one that we know where none can be asked."""
        try:
            answer = self._client.get(f"{self._url}/api/shards", headers=self._headers, timeout=5)
            shards = answer.raise_for_status().json()["shards"]
        except (httpx.HTTPError, ValueError, KeyError):
            return [self._url]
        return sorted({one["address"] for one in shards if one.get("lives") and one.get("address")}) or [self._url]

    def _ask(self, path: str, node: str = "", /, **body: Any) -> Any:
        url, content = (node or self._url) + path, _written({"worker": self.worker, **body})
        end = monotonic() + _PATIENT
        while True:
            try:
                answer = self._client.post(url, content=content, headers=self._headers)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if monotonic() > end:
                    raise Refused(Problem("no-answer", f"no node answers: {error}")) from None
                url = self._url + urlsplit(url).path
            else:
                if answer.status_code not in {307, 503} or monotonic() > end:
                    return _read(answer)
                url = answer.headers.get("location", url)
                if answer.status_code == 307:
                    continue
            sleep(_AGAIN)


def _part(text: str) -> str:
    """Give a part of a path: what a model calls an item is no path of its own."""
    return quote(text, safe="", errors="replace")


def _written(body: dict[str, Any]) -> bytes:
    try:
        return _encode(body)
    except (ValueError, OverflowError, RecursionError) as error:
        raise Refused(Problem("bad-value", f"this cannot be sent: {error}")) from None


def _read(answer: httpx.Response) -> Any:
    if answer.status_code == 204:
        return None
    try:
        plain = json.loads(answer.content, parse_float=Decimal)
        if answer.is_success:
            return plain
        problems = [Problem(one["code"], one["message"]) for one in plain["problems"]]
    except (ValueError, ArithmeticError, KeyError, TypeError):
        problems = [Problem("no-answer", f"HTTP {answer.status_code}")]
    raise Refused(problems)
