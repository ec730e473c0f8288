"""How well a tree on what the rules see foretells people's answers: what it foretells, a rule could decide.

The log loss of the best tree, out of sample, over that of the base rate: 1 says that the answers do not follow from
what is known of the item, 0 that they follow wholly. A tree asks at most four questions, one a level; five folds, drawn
with the seed; how deep it goes is what does best of all depths, also none. The interval is a percentile bootstrap over
answers of the losses out of sample.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from alihdaya.planning.spectrum.facts import Answer, Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]
    Losses = NDArray[np.float64]

LEAST: Final = 100
"""Under so many answers nothing is said."""

FOLDS: Final = 5
DEPTH: Final = 4
_LEAF: Final = 5
_CUTS: Final = 16
_VALUES: Final = 20


class Foretold(NamedTuple):
    """A question that people answer: how often, the ratio of the losses with its interval, and the tree's depth.

    `by` are the names of what the tree on all answers asks for, from the root.
    """

    question: str
    answers: int
    ratio: float
    low: float
    high: float
    depth: int
    by: tuple[str, ...]


def foretold(cases: Iterable[Case], *, seed: int = 1, draws: int = 400) -> list[Foretold]:
    """Give each question with answers enough, and at least two that differ; the least foretold first."""
    asked: dict[str, list[Answer]] = defaultdict(list)
    for case in cases:
        for one in case.answers:
            asked[one.question].append(one)
    found = [
        _one(question, answers, seed, draws)
        for question, answers in asked.items()
        if len(answers) >= LEAST and len({one.value for one in answers}) > 1
    ]
    return sorted(found, key=lambda one: (-one.ratio, one.question))


def _one(question: str, answers: Sequence[Answer], seed: int, draws: int) -> Foretold:
    import numpy as np

    chance = np.random.default_rng(seed)
    names, flags = _questions([one.given for one in answers])
    kinds = {value: number for number, value in enumerate(dict.fromkeys(one.value for one in answers))}
    codes = np.array([kinds[one.value] for one in answers])
    fold = chance.permutation(np.arange(len(codes)) % FOLDS)
    losses = np.zeros((DEPTH + 1, len(codes)))
    for one in range(FOLDS):
        seen, rest = fold != one, fold == one
        for depth in range(DEPTH + 1):
            tree = _grown(flags[seen], codes[seen], len(kinds), depth)
            losses[depth, rest] = _losses(tree, flags[rest], codes[rest])
    depth = int(losses.sum(axis=1).argmin())
    best, base = losses[depth], losses[0]
    drawn = [
        best[some].sum() / base[some].sum()
        for some in (chance.integers(0, len(codes), len(codes)) for _ in range(draws))
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    whole = _grown(flags, codes, len(kinds), depth)
    by = tuple(dict.fromkeys(names[one] for one in _asked(whole)))
    return Foretold(question, len(codes), float(best.sum() / base.sum()), float(low), float(high), depth, by)


def _questions(given: Sequence[Mapping[str, Any]]) -> tuple[list[str], "Flags"]:
    """Give what can be asked of the inputs: the input of each question, and answer by answer whether it is so.

    Of numbers: whether one is above a quantile; of all else whether it is this value, for the most frequent ones. A
    text that is otherwise in nearly every case names the case, and is passed over.
    """
    import numpy as np

    names: list[str] = []
    flags: list[Any] = []
    for name in sorted({name for one in given for name in one}):
        values = [one.get(name) for one in given]
        for column in _columns(values):
            if column.any() and not column.all():
                names.append(name)
                flags.append(column)
    return names, np.array(flags).T if flags else np.zeros((len(given), 0), dtype=bool)


def _columns(values: Sequence[Any]) -> "Iterable[Flags]":
    import numpy as np

    there = [value for value in values if value is not None]
    if there and all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in there):
        numbers = np.array([np.nan if value is None else float(value) for value in values])
        cuts = np.unique(np.nanquantile(numbers, np.linspace(0, 1, _CUTS + 2)[1:-1]))
        return [numbers > cut for cut in cuts]
    told = [str(value) for value in values]
    counts = Counter(told)
    if len(counts) > len(values) / 2:
        return []
    column = np.array(told)
    return [column == value for value, count in counts.most_common(_VALUES) if count >= _LEAF]


class _Node(NamedTuple):
    """A leaf, with the share of each answer, or a question with what follows where it is not so, and where it is."""

    shares: "Losses"
    question: int = -1
    no: "_Node | None" = None
    yes: "_Node | None" = None


def _grown(flags: "Flags", codes: "Codes", kinds: int, depth: int) -> _Node:
    import numpy as np

    counts = np.bincount(codes, minlength=kinds).astype(float)
    shares = (counts + 1 / kinds) / (counts.sum() + 1)
    question = _best(flags, codes, kinds) if depth and flags.shape[1] and counts.max() < counts.sum() else -1
    if question < 0:
        return _Node(shares)
    so = flags[:, question]
    parts = [_grown(flags[some], codes[some], kinds, depth - 1) for some in (~so, so)]
    return _Node(shares, question, *parts)


def _best(flags: "Flags", codes: "Codes", kinds: int) -> int:
    """Give the question that leaves the fewest bits; -1 where none leaves a leaf's worth on both sides."""
    import numpy as np

    answers = np.eye(kinds)[codes]
    yes = flags.T.astype(float) @ answers
    no = answers.sum(axis=0) - yes
    bits = _bits(yes) + _bits(no)
    bits[np.minimum(yes.sum(axis=1), no.sum(axis=1)) < _LEAF] = np.inf
    best = int(bits.argmin())
    return best if bits[best] < _bits(answers.sum(axis=0)[None])[0] - 1e-9 else -1


def _bits(counts: "Losses") -> "Losses":
    """Give the answers' entropy, row by row, times how many they are."""
    import numpy as np

    sums = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(sums, 1)
    found: Losses = -(counts * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1)
    return found


def _losses(tree: _Node, flags: "Flags", codes: "Codes") -> "Losses":
    """Give the log loss of each answer."""
    import numpy as np

    if tree.no is None or tree.yes is None:
        found: Losses = -np.log2(tree.shares[codes])
        return found
    so = flags[:, tree.question]
    made = np.zeros(len(codes))
    for part, some in ((tree.no, ~so), (tree.yes, so)):
        made[some] = _losses(part, flags[some], codes[some])
    return made


def _asked(tree: _Node) -> list[int]:
    """Give the questions of a tree, level by level."""
    level, found = [tree], []
    while level:
        found += [one.question for one in level if one.question >= 0]
        level = [part for one in level for part in (one.no, one.yes) if part is not None]
    return found
