"""Build hook: compiles the message catalogues, so that the wheel and the editable install speak both languages."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Writes one .mo beside each .po under src/alihdaya/locale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's signature)
        """Compile every catalogue before files are collected."""
        for po in Path(self.root, "src", "alihdaya", "locale").glob("*/LC_MESSAGES/*.po"):
            with po.open("rb") as text, po.with_suffix(".mo").open("wb") as out:
                write_mo(out, read_po(text, locale=po.parts[-3]))
