"""What the reader must know about one kind of paper. A kind is one module of `kinds` with one `Form`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reviewapp.ocr.evidence import Evidence
from reviewapp.ocr.layout import Parse, Sheet, Spot
from reviewapp.ocr.lines import Line
from reviewapp.ocr.picture import Picture
from reviewapp.ocr.view import Look


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the labels printed beside it, how its text is read, and where it may stand.

    `right` and `below` are how far (in line heights) a value may lie off the label's row, or under it; 0 forbids it.
    `wrap` is how many further lines a long text may take. `anywhere`: the form of the value alone gives it away, so
    the only such text of the page will do without a label. `after` names a field whose label must stand above this
    one's (a form with two “纳税人识别号”). `check` proves a value by its check digit. `number`: money, identity or a
    date; read twice when in doubt.
    `shared`: other fields read the same text (from and until of one period). `whole`: the value is a whole number,
    not a text.
    """

    name: str
    labels: tuple[str, ...]
    parse: Parse
    right: float = 0.8
    below: float = 0.0
    wrap: int = 0
    anywhere: bool = False
    after: str | None = None
    check: Callable[[str], bool] | None = None
    number: bool = False
    shared: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the part of an entry it holds as a `field`, whose labels are the headings it may have and
    which runs on over as many further lines as its `wrap` says.

    `anchor`: has a value in every row, and so begins one. `hidden`: helps to add up, is no part of the answer.
    """

    field: Field
    anchor: bool = False
    hidden: bool = False


Worth = Callable[[Mapping[str, str]], int | None]
"""What a row adds to the total, in fen; None where its parts do not agree with each other."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list of a paper: its columns, the words with which the row after it begins, and the field its rows add up to
    (`worth` of each, told by the parts `adds_up`)."""

    name: str
    columns: tuple[Column, ...]
    until: tuple[str, ...]
    total: str
    worth: Worth
    adds_up: frozenset[str]
    labels: Mapping[str, str | None] = field(init=False)

    def __post_init__(self) -> None:
        labels: dict[str, str | None] = {label: one.field.name for one in self.columns for label in one.field.labels}
        object.__setattr__(self, "labels", labels)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(each for each in self.columns if each.field.name == name)


Finder = Callable[[Sheet, Mapping[str, Spot]], dict[str, Spot]]
Crosscheck = Callable[[Mapping[str, str], Evidence], None]
Score = Callable[[Sequence[Line]], float]
Sight = Callable[[Sequence[Line], Picture], float]


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of paper: `marks` (phrase → weight) tell it, `fields` are read from it, `fences` are further labels
    that end values.

    `find` adds what labels cannot reach; `crosscheck` compares the readings with each other; `score` recognises a
    kind that has no words of its own, `sight` one that only the picture tells. `codes`: the format of the code it
    carries; `colour`: read again in colour when a check digit fails.
    `tables`: the lists it holds. `looks`: what is found in the picture itself (seals, signatures, marks).
    `helpers`: fields only `find` and `crosscheck` need, not part of the answer.
    """

    kind: str
    marks: Mapping[str, float]
    fields: tuple[Field, ...] = ()
    fences: tuple[str, ...] = ()
    find: Finder | None = None
    crosscheck: Crosscheck | None = None
    score: Score | None = None
    sight: Sight | None = None
    codes: str | None = None
    colour: bool = False
    tables: tuple[Table, ...] = ()
    looks: tuple[Look, ...] = ()
    helpers: tuple[str, ...] = ()
    labels: Mapping[str, str | None] = field(init=False)

    def __post_init__(self) -> None:
        labels: dict[str, str | None] = dict.fromkeys(self.fences)
        labels.update({label: each.name for each in self.fields for label in each.labels})
        object.__setattr__(self, "labels", labels)

    def field_named(self, name: str) -> Field | None:
        """The field of that name, if the form has it."""
        return next((each for each in self.fields if each.name == name), None)
