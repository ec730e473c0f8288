"""What people read in their own language: locale/<language>.po of a pack, gettext's format."""

from io import BytesIO

from alihdaya.kernel.errors import PackError, Problem, Source
from alihdaya.packs.folder import Folder


def read_translation(data: bytes, name: str, language: str) -> dict[str, str]:
    """English text -> text in `language`, of the finished entries. Raises PackError."""
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalog = read_po(BytesIO(data), locale=language, abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        raise PackError(Problem("bad-translation", f"not a PO file: {error}", Source(name, line))) from None
    return {
        message.id: message.string
        for message in catalog
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string and not message.fuzzy
    }


def read_translations(folder: Folder) -> dict[str, dict[str, str]]:
    """Language -> English text -> text, of every file under locale/. Raises PackError with all their problems."""
    found: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for path, data in folder.under("locale").items():
        language = path.removeprefix("locale/").removesuffix(".po")
        try:
            found[language] = read_translation(data, f"{folder.place}/{path}", language)
        except PackError as error:
            problems += error.problems
    if problems:
        raise PackError(problems)
    return found
