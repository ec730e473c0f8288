"""What people read in their own language: locale/<language>.po of a pack, gettext's format."""

from io import BytesIO

from alihdaya.kernel.errors import PackError, Problem, Source


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
