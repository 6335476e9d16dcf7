"""What the printings of the 机动车销售统一发票 have in their rows, and how each is filled in."""

from dataclasses import dataclass

from reviewapp.specimens.papers.sheet import Colour, Ink

BROWN: Colour = (128, 76, 40)
NEEDLE: Colour = (42, 44, 92)
PRINT: Colour = (24, 24, 28)

Pair = tuple[float, str, float, str]
"""Width of the label, label, width of the value, key of the value."""
Spec = tuple[float, tuple[Pair, ...]]
"""Height of a ruled row and its pairs."""

_VEHICLE: tuple[Spec, ...] = (
    (72, ((150, "车辆类型", 370, "vehicle_type"), (150, "厂牌型号", 560, "brand_model"), (150, "产地", 440, "origin"))),
    (72, ((150, "合格证号", 520, "certificate_number"), (250, "进口证明书号", 340, ""), (220, "商检单号", 340, ""))),
    (72, ((210, "发动机号码", 500, "engine_number"), (410, "车辆识别代号/车架号码", 700, "vin"))),
)
_TOTAL: Spec = (72, ((210, "价税合计", 900, "words"), (140, "小写", 570, "figures")))
_SELLER: tuple[Spec, ...] = (
    (80, ((210, "销货单位名称", 1060, "seller_name"), (120, "电话", 430, "phone"))),
    (72, ((210, "纳税人识别号", 1060, "seller_tax_id"), (120, "账号", 430, "account"))),
    (72, ((210, "地址", 840, "address"), (160, "开户银行", 610, "branch"))),
)
_TAX: Spec = (
    88,
    (
        (230, "增值税税率\n或征收率", 160, "tax_rate"),
        (170, "增值税\n税额", 400, "tax"),
        (230, "主管税务\n机关及代码", 630, "tax_authority"),
    ),
)
_NET: Spec = (
    80,
    (
        (170, "不含税价", 470, "net"),
        (250, "完税凭证号码", 330, ""),
        (110, "吨位", 140, ""),
        (170, "限乘人数", 180, "seats"),
    ),
)
_OLD_NET: Spec = (80, ((210, "不含税价", 760, "net"), (130, "吨位", 280, ""), (180, "限乘人数", 260, "seats")))

_SPLIT: Spec = (
    88,
    (
        (350, "购买方名称及身份证号码/\n组织机构代码", 470, "buyer_name"),
        (300, "纳税人识别号/\n身份证号码", 700, "buyer_id"),
    ),
)
_JOINED: Spec = (
    112,
    ((350, "购买方名称及身份证号码/\n组织机构代码", 770, "buyer"), (230, "纳税人识别号", 470, "")),
)
_OLD: Spec = (88, ((250, "购货单位(人)", 600, "buyer_name"), (310, "身份证号码/\n组织机构代码", 660, "buyer_id")))
_PLAIN: Spec = (
    100,
    ((220, "购买方名称", 560, "buyer_name"), (400, "纳税人识别号/统一社会\n信用代码/身份证明号码", 640, "buyer_id")),
)


def _body(buyer: Spec, last: Spec = _NET) -> tuple[Spec, ...]:
    return (buyer, *_VEHICLE, _TOTAL, *_SELLER, _TAX, last)


@dataclass(frozen=True, slots=True)
class Filling:
    """How values are printed: typeface, size, colour, how far off its lines the print may be (pixels)."""

    face: str = "mono"
    size: int = 32
    ink: Ink = "dots"
    colour: Colour = NEEDLE
    off: tuple[tuple[float, float], tuple[float, float]] = ((-2, 9), (-7, 8))


@dataclass(frozen=True, slots=True)
class Printing:
    """One printing of the paper form: its rows, its filling, whether the day is printed as 2023年12月28日."""

    rows: tuple[Spec, ...] = _body(_SPLIT)
    filling: Filling = Filling()
    labels: str = "serif"
    long_day: bool = False


PRINTINGS = {
    "paper": Printing(),
    "paper_2006": Printing(_body(_OLD, _OLD_NET), Filling(face="song", size=34, off=((-4, 16), (-11, 12))), "song"),
    "paper_joined": Printing(_body(_JOINED), Filling(face="sans", size=30, ink="press", colour=PRINT), "serif", True),
    "paper_plain": Printing(
        _body(_PLAIN), Filling(face="sans", size=34, colour=(70, 60, 120), off=((0, 14), (-9, 10)))
    ),
}
ELECTRONIC_ROWS = _body(_SPLIT)
DIGITAL_ROWS: tuple[Spec, ...] = (*_VEHICLE, _TOTAL, _TAX, _NET)
"""The 数电 form tells buyer and seller in two blocks above these."""
