"""What the codes of a pack's models are called by people, and what the report of its work counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alihdaya.packs.folder import Folder
from alihdaya.packs.manifest import read_manifest
from alihdaya.packs.pack import Chart, Texts, say
from alihdaya.packs.translation import read_translations


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of one pack. `words`: code in lower case -> its names; `names`: language -> English name -> name."""

    words: Mapping[str, Texts] = field(default_factory=dict)
    names: Mapping[str, Texts] = field(default_factory=dict)
    charts: tuple[Chart, ...] = ()

    def of(self, code: str, language: str) -> str | None:
        """Give the name of a code, or the translation of a name; None for what the pack does not speak of."""
        if not code:  # under which a catalogue has its header
            return None
        texts = self.words.get(code.lower())
        return say(texts, language) if texts else self.names.get(language, {}).get(code)


NO_VOCABULARY = Vocabulary()


def vocabulary(files: Mapping[str, str], place: str = "the store") -> Vocabulary:
    """Give the vocabulary of the texts that were deployed. Raises PackError."""
    folder = Folder(place, installed=False, content={path: text.encode() for path, text in files.items()})
    manifest = read_manifest(folder.content["pack.toml"], f"{place}/pack.toml")
    return Vocabulary(manifest.words, read_translations(folder), manifest.charts)
