"""What pack.toml needs beyond the terms' reader: yes or no, lists of names, texts in several languages."""

import re
from collections.abc import Sequence

from alihdaya.engagement.document import Table


class PackTable(Table):
    """One table of pack.toml. Every getter returns a harmless value after it has reported what is wrong."""

    __slots__ = ()

    def sub(self, key: str, *, needed: bool = True) -> "PackTable":
        """Table under `key`; an empty one where it is missing."""
        table = self.table(key, needed=needed)
        return PackTable(table.document, table.data, table.path)

    def rows(self, key: str, *, needed: bool = True) -> list["PackTable"]:
        """Every table of the list under `key`."""
        tables = self.tables(key, needed=needed)
        return [PackTable(table.document, table.data, table.path) for table in tables]

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Give true or false; missing is a problem unless there is a default."""
        value = self._get(key, "true or false", default)
        if not isinstance(value, bool):
            self.report("wrong-type" if key in self.data else "missing", "must be true or false", key)
        return value is True

    def one_of(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of the allowed texts."""
        value = self.text(key) if default is None else self.text(key, default)
        if value and value not in allowed:
            self.report("not-allowed", f"must be one of {', '.join(allowed)}, not {value!r}", key)
        return value if value in allowed else allowed[0]

    def names(self, key: str, like: str, *, needed: bool = True) -> tuple[str, ...]:
        """List of texts, each written like the pattern, none twice."""
        found = []
        for name in self.items(key, needed=needed):
            if not isinstance(name, str) or not re.fullmatch(like, name):
                self.report("wrong-type", f"{name!r} must be written like {like}", key)
            elif name in found:
                self.report("twice", f"{name!r} is there twice", key)
            else:
                found.append(name)
        return tuple(found)

    def texts(self, key: str) -> dict[str, str]:
        """Language code -> text; English must be there."""
        table = self.sub(key)
        found = {language: table.text(language) for language in table.data}
        if "en" not in found and key in self.data:
            table.report("missing", "the text in English is missing", "en")
        return found
