"""The official EN 16931 rules, run as XSLT by SaxonC: which rules a document breaks."""

from pathlib import Path
from typing import Any, Final, NamedTuple

_SVRL: Final = "{http://purl.oclc.org/dsdl/svrl}"


class Verdict(NamedTuple):
    """The rules that a document breaks: those that refuse it, and those that only warn."""

    fatal: frozenset[str]
    warnings: frozenset[str]
    failed: str = ""
    """Why the rules themselves could not be run on the document."""


class Official:
    """The rules of a folder with `ubl/xslt` and `cii/xslt`, compiled once a process."""

    def __init__(self, folder: Path) -> None:
        from saxonche import PySaxonProcessor

        self._processor = PySaxonProcessor(license=False)
        self._sheets: dict[str, Any] = {}
        for syntax in ("ubl", "cii"):
            path = next((folder / syntax / "xslt").glob("*.xslt"))
            compiler = self._processor.new_xslt30_processor()
            self._sheets[syntax.upper()] = compiler.compile_stylesheet(stylesheet_file=str(path))

    def judge(self, document: bytes, syntax: str) -> Verdict:
        """Run the rules of a syntax ("UBL" or "CII") on a document."""
        from lxml import etree
        from saxonche import PySaxonApiError

        try:
            node = self._processor.parse_xml(xml_text=document.decode())
            found = self._sheets[syntax].transform_to_string(xdm_node=node)
        except PySaxonApiError as error:
            return Verdict(frozenset(), frozenset(), str(error))
        report = etree.fromstring(found.encode())
        fired = [(one.get("id", ""), one.get("flag", "fatal")) for one in report.iter(f"{_SVRL}failed-assert")]
        return Verdict(
            frozenset(rule for rule, flag in fired if flag == "fatal"),
            frozenset(rule for rule, flag in fired if flag != "fatal"),
        )
