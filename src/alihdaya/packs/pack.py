"""What a pack is, once it has been read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from alihdaya.notation.bpmn import Definitions, Process
from alihdaya.notation.dmn import Model
from alihdaya.packs.facts import FactRule
from alihdaya.packs.intake import Intake
from alihdaya.packs.on_floor import FloorTerms, Scorecard

if TYPE_CHECKING:
    from alihdaya.packs.golden import Golden

Texts = Mapping[str, str]
"""Language code -> text; English is always there."""

Kind = Literal["BPO", "KPO"]
Contact = Literal["none", "text", "telephone"]
Maturity = Literal["sample", "draft", "proven"]
FieldType = Literal["choice", "text", "integer", "number", "boolean", "date", "recording"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a person's form; `options` are the values of a choice. A recording is the name of its file."""

    name: str
    type: FieldType
    label: Texts
    required: bool = True
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a person fills in to finish a task; its values are merged into the item's variables.

    `hides`: variables that whoever fills it in is not to see. `message`: the message from outside whose payload it is,
    "" for a task's; then `shows` are the only ones to be seen, such as "wanted.task".
    """

    id: str
    title: Texts
    fields: tuple[Field, ...]
    hides: tuple[str, ...] = ()
    message: str = ""
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes back to the client: the variables of the result, and the billed unit of each end event."""

    result: tuple[str, ...]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chart:
    """One count in the report: every delivered value of the result `of`, and how often it came."""

    of: str
    title: Texts


@dataclass(frozen=True, slots=True)
class JobTerms:
    """How a function of jobs.py is run: so many seconds for one attempt, and so many attempts before an incident."""

    seconds: int = 30
    attempts: int = 8


@dataclass(frozen=True, slots=True)
class Manifest:
    """What pack.toml says. `kind`: S12; `voice`: S6; `contact`: the degree of S7; `certificates`: S9."""

    name: str
    title: Texts
    summary: Texts
    kind: Kind
    voice: bool
    contact: Contact
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    maturity: Maturity
    process_file: str
    process_id: str
    intake: Intake
    delivery: Delivery
    forms: Mapping[str, Form]
    words: Mapping[str, Texts] = field(default_factory=dict)
    """Code of the models, in lower case -> what people call it."""
    charts: tuple[Chart, ...] = ()
    jobs: Mapping[str, JobTerms] = field(default_factory=dict)
    """Name of a service task's job -> how the function of that name in jobs.py does it."""
    facts: tuple[FactRule, ...] = ()
    """What the process says about people, in the order in which it is said."""
    floor: FloorTerms = field(default_factory=FloorTerms)
    """How its tasks are worked on."""
    review: Scorecard = field(default_factory=Scorecard)
    """How what was done is looked at again."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One worked example. `expect`: decision -> value, in order; `given`: what a person or a timer would add.

    `end` is the end event that the item should reach, "" where the sample does not say.
    """

    name: str
    file: str
    row: int
    input: Mapping[str, Any]
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    end: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A service: its facts, its models, and the text of every file that makes it run.

    `files` (relative path -> text) is what is deployed; `digest` names them: 128 bits of sha256, in hex. `terms` and
    `roster` are the texts of the offered terms and people, None where the pack has none. `installed` is True for a
    pack that came with an installed package, False for a folder that somebody pointed to. `place` says where it is.
    """

    manifest: Manifest
    definitions: Definitions
    models: Mapping[str, Model]
    steps: tuple[str, ...]
    files: Mapping[str, str]
    digest: str
    place: str
    installed: bool
    terms: str | None = None
    roster: str | None = None
    samples: tuple[Sample, ...] = ()
    translations: Mapping[str, Texts] = field(default_factory=dict)
    rehearsal: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """rehearsal.toml: user task's id -> how a simulation plays it (planning.rehearsal.Script)."""
    deliverables: Any = None
    """deliverables.toml (packs.deliverables.Deliverables); None where the pack has none."""
    cases: Mapping[str, str] = field(default_factory=dict)
    """Path of each table of worked cases (decisions/NAME.cases.csv) -> its text; it belongs to NAME.dmn."""

    golden: "tuple[Golden, ...]" = ()
    """golden/NAME.json: by which tasks a program proves that it can do them."""

    others: tuple[Definitions, ...] = ()
    """Further files of processes: what the main one calls, or what events start."""

    @property
    def name(self) -> str:
        """The pack's name, as it is called everywhere."""
        return self.manifest.name

    @property
    def intake(self) -> Intake:
        """What the pack takes in."""
        return self.manifest.intake

    @property
    def delivery(self) -> Delivery:
        """What the pack gives back."""
        return self.manifest.delivery

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms of the pack's tasks, by id."""
        return self.manifest.forms

    @property
    def process(self) -> Process:
        """The process that an item runs through."""
        return self.definitions.process(self.manifest.process_id)

    @property
    def processes(self) -> Mapping[str, Process]:
        """Every process of the pack's files by its id."""
        return {process.id: process for file in (self.definitions, *self.others) for process in file.processes}


def say(texts: Texts, language: str) -> str:
    """Text in that language, else in English."""
    return texts.get(language) or texts.get("en", "")
