"""Text layers that may lie: both readings are kept, and none of them is sure where they part."""

from __future__ import annotations

from reviewapp.ocr import Reader
from reviewapp.ocr.beside import beside
from reviewapp.ocr.engines import Pixels, Recognised
from reviewapp.ocr.lines import box_quad, make_line
from reviewapp.ocr.readings import FieldReading, PageReading
from reviewapp.pages import PageImage, TextLine
from reviewapp.specimens.papers import render
from tests.ocr.papers import page_of


def reading(kind: str = "payment_proof", source: str = "text_layer", **values: str) -> PageReading:
    fields = {name: FieldReading(value, 0.99, (0, 0, 9, 9), (source,)) for name, value in values.items()}
    return PageReading(page=1, kind=kind, kind_confidence=0.9, fields=fields)


def test_what_both_say_stays_sure_and_names_both() -> None:
    (found,) = beside(reading(amount="128.00"), [reading(source="rapidocr", amount="128.00")])
    assert found.fields["amount"].value == "128.00"
    assert not found.fields["amount"].unsure
    assert found.fields["amount"].sources == ("text_layer", "rapidocr")


def test_a_misread_letter_is_no_contradiction() -> None:
    (found,) = beside(reading(vin="LSV0A"), [reading(source="rapidocr", vin="LSVOA")])
    assert (found.fields["vin"].value, found.fields["vin"].unsure) == ("LSV0A", False)


def test_where_they_differ_both_are_shown_and_none_is_sure() -> None:
    (found,) = beside(reading(amount="9128.00"), [reading(source="rapidocr", amount="128.00")])
    amount = found.fields["amount"]
    assert (amount.value, amount.alternatives, amount.unsure) == ("128.00", ("9128.00",), True)
    assert amount.confidence < 0.9


def test_what_only_the_text_says_is_unsure() -> None:
    (found,) = beside(reading(amount="128.00", payer_name="测试甲"), [reading(source="rapidocr", amount="128.00")])
    assert found.fields["payer_name"].unsure


def test_another_paper_on_the_picture_is_what_counts() -> None:
    seen = reading(kind="other", source="rapidocr")
    assert beside(reading(amount="128.00"), [seen]) == [seen]


class Shown:
    """An engine that sees the same lines on every picture."""

    name = "shown"
    scores_tell = True

    def __init__(self, rows: list[str]) -> None:
        self.pages = 0
        self.rows = rows

    def warm_up(self) -> None:
        """Nothing to load."""

    def read_line(self, crop: Pixels, chinese: bool = False) -> str:
        """Nothing more is to be seen."""
        return ""

    def recognise(self, image: Pixels) -> Recognised:
        self.pages += 1
        lines = [
            make_line(row, box_quad((60, 60 + 50 * n, 60 + 28 * len(row), 90 + 50 * n)))
            for n, row in enumerate(self.rows)
        ]
        return Recognised(tuple(lines), 0, (image.shape[1], image.shape[0]))


ROWS = [
    "中国工商银行 电子回单",
    "付款人户名：测试甲",
    "收款人户名：测试汽贸有限公司",
    "金额：128000.00",
    "交易时间：2024-01-08 10:20:30",
]


def page(rows: list[str], *, doubted: bool) -> PageImage:
    lines = tuple(TextLine(row, (60, 60 + 50 * n, 60 + 28 * len(row), 90 + 50 * n)) for n, row in enumerate(rows))
    made = page_of(render("payment_proof", None, seed=1)) if False else blank()
    return PageImage(1, made.width, made.height, made.jpeg, lines, doubted)


def blank() -> PageImage:
    from PIL import Image

    return page_of(Image.new("RGB", (900, 600), "white"))


def test_the_picture_is_read_only_when_the_text_is_doubted() -> None:
    engine = Shown([row.replace("128000", "12800") for row in ROWS])
    reader = Reader(engine, second=None)
    (trusted,) = reader.read(page(ROWS, doubted=False), "payment_proof")
    assert engine.pages == 0
    assert (trusted.fields["amount"].value, trusted.fields["amount"].unsure) == ("128000.00", False)
    (doubted,) = reader.read(page(ROWS, doubted=True), "payment_proof")
    assert engine.pages > 0
    assert doubted.fields["amount"].unsure
    assert {doubted.fields["amount"].value, *doubted.fields["amount"].alternatives} == {"12800.00", "128000.00"}
