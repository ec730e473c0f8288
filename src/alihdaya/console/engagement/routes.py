"""The routes of an engagement's books: its months, a month's invoice, and what is behind a line of it."""

import re
from collections.abc import Callable, Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alihdaya.console.engagement.invoice_page import invoice_html, invoice_json, line_content
from alihdaya.console.engagement.months import months_content
from alihdaya.console.picture import Reader, Signed

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")

Show = Callable[..., Response]
Speaks = Callable[[Request], str]


class Books:
    """What the routes call. `show` answers with a page; `speaks` gives the language of a request."""

    def __init__(self, reader: Reader, show: Show, speaks: Speaks) -> None:
        self._reader = reader
        self._show = show
        self._speaks = speaks

    def months(self, request: Request) -> Response:
        """GET /invoices: every month that has something to bill, or was closed."""
        signed = self._reader.engagements()
        chosen = self._engagement(request, signed)
        rows = self._reader.months(chosen.engagement)
        content = months_content(self._speaks(request), rows)
        return self._show(request, "months.html", "UTC", signed=signed, of=chosen, **content)

    def invoice(self, request: Request) -> Response:
        """GET /invoice/{month}: a page, or (…/invoice/2013-04.json) JSON with the items behind each line."""
        month, _, ending = request.path_params["month"].partition(".")
        if not _MONTH.fullmatch(month) or ending not in {"", "json"}:
            raise HTTPException(404)
        engagement = self._engagement(request, self._reader.engagements()).engagement
        found = self._reader.invoice(month, engagement, items=bool(ending))
        if found is None:
            raise HTTPException(404)
        if ending:
            return Response(invoice_json(found), media_type="application/json")
        return HTMLResponse(invoice_html(found, self._speaks(request), alone=False))

    def behind(self, request: Request) -> Response:
        """GET /invoice/{month}/{line}: a page of what the line counts."""
        month, line, page = (request.path_params["month"], request.path_params["line"], _page(request))
        if not _MONTH.fullmatch(month) or not _NUMBER.fullmatch(line):
            raise HTTPException(404)
        chosen = self._engagement(request, self._reader.engagements())
        found = self._reader.behind(chosen.engagement, month, int(line), page)
        if found is None:
            raise HTTPException(404)
        content = line_content(self._speaks(request), found)
        return self._show(request, "behind.html", found.zone, of=chosen, behind=found, **content)

    def _engagement(self, request: Request, signed: Sequence[Signed]) -> Signed:
        """Give the engagement that ?engagement names, else the one signed last. Raises HTTPException for none such."""
        wanted = request.query_params.get("engagement", "")
        found = [one for one in signed if wanted in {"", one.engagement}]
        if not found:
            raise HTTPException(404)
        return found[-1]


def _page(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not _NUMBER.fullmatch(text):
        raise HTTPException(404)
    return int(text)


def routes(reader: Reader, show: Show, speaks: Speaks) -> list[Route]:
    """Build them over a reader."""
    books = Books(reader, show, speaks)
    return [
        Route("/invoices", books.months, methods=["GET"]),
        Route("/invoice/{month}", books.invoice, methods=["GET"]),
        Route("/invoice/{month}/{line}", books.behind, methods=["GET"]),
    ]
