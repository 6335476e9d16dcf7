"""机动车行驶证: main page with the square red seal and 副页, printed in several ways, and the electronic one."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw

from reviewapp.specimens.papers import stamps
from reviewapp.specimens.papers.form import specimen
from reviewapp.specimens.papers.invoices import qr_code
from reviewapp.specimens.papers.sheet import Colour, Ink, Sheet

PAGE = (1500, 1010)
_MARGIN = 70
_GREEN: Colour = (46, 96, 84)
_INK: Colour = (26, 26, 32)
_RULE: Colour = (120, 160, 150)


@dataclass(frozen=True, slots=True)
class Printing:
    """How a licence is printed: which pages, one above the other or side by side, typeface and ink of the values.

    `scale` shrinks both pages; small ones have no room for the English under the labels. `old`: as before 2021,
    without barcode and fuel, the inspections stamped.
    """

    pages: tuple[str, ...] = ("main", "second")
    beside: bool = False
    scale: float = 1
    face: str = "serif"
    ink: Ink = "press"
    old: bool = False
    off: tuple[tuple[float, float], tuple[float, float]] = ((0, 8), (-4, 5))


def vehicle_licence(values: Mapping[str, Any], rng: random.Random, printing: Printing = Printing()) -> Sheet:
    """The pages of a licence on one sheet; without the 副页 when the values hold none of it."""
    pages = [page for page in printing.pages if page == "main" or "file_number" in values]
    width, height = (round(side * printing.scale) for side in PAGE)
    across, down = (len(pages), 1) if printing.beside else (1, len(pages))
    sheet = Sheet(_MARGIN + (width + _MARGIN) * across, _MARGIN + (height + _MARGIN) * down, (240, 240, 238))
    drift = (rng.uniform(*printing.off[0]), rng.uniform(*printing.off[1]))
    for place, name in enumerate(pages):
        x, y = (place, 0) if printing.beside else (0, place)
        panel = sheet.panel(_MARGIN + x * (width + _MARGIN), _MARGIN + y * (height + _MARGIN))
        page = _Page(panel, drift, printing)
        page.picture(_ground(rng), 0, 0)
        (_main_page if name == "main" else _second_page)(page, values, rng)
    return sheet


class _Page:
    """Labelled fields on ruled lines, Chinese over English as the licence prints them; all measures at full size."""

    def __init__(self, sheet: Sheet, drift: tuple[float, float], printing: Printing) -> None:
        self.sheet, self.drift, self.printing = sheet, drift, printing

    def field(self, x: float, y: float, right: float, label: str, english: str, value: str, *, value_at: float) -> None:
        """A label at (x, y) and its value from `value_at` to `right`."""
        look, scale = self.printing, self.printing.scale
        self.title(x, y - (26 if scale == 1 else 8), label, 32, "sans", align="left")
        if scale == 1:
            self.title(x, y + 8, english, 24, "sans", align="left")
        dx, dy = self.drift
        edges = (value_at + dx, y - 62 + dy, right, y + 14 + dy)
        box = (edges[0] * scale, edges[1] * scale, edges[2] * scale, edges[3] * scale)
        self.sheet.write(box, value, round(42 * scale), look.face, colour=_INK, ink=look.ink)
        self.sheet.line((value_at - 8) * scale, (y + 20) * scale, right * scale, (y + 20) * scale, 2, _RULE)

    def title(
        self, x: float, y: float, text: str, size: int, face: str, *, align: Literal["left", "centre"] = "centre"
    ) -> None:
        """Printed words, never smaller than papers are set in."""
        scale = self.printing.scale
        self.sheet.text(x * scale, y * scale, text, max(24, round(size * scale)), face, colour=_GREEN, align=align)

    def picture(self, image: Image.Image, x: float, y: float, *, multiply: bool = False) -> None:
        """An image shrunk with the page."""
        scale = self.printing.scale
        size = (round(image.width * scale), round(image.height * scale))
        self.sheet.picture(image.resize(size), x * scale, y * scale, multiply=multiply)

    def mark(self) -> None:
        """The specimen mark at the foot."""
        specimen(self.sheet, 1200 * self.printing.scale, 985 * self.printing.scale)


def _main_page(page: _Page, values: Mapping[str, Any], rng: random.Random) -> None:
    page.title(750, 90, "中华人民共和国机动车行驶证", 54, "serifbold")
    if page.printing.scale == 1:
        page.title(750, 134, "Vehicle License of the People's Republic of China", 26, "sans")
    page.field(60, 245, 640, "号牌号码", "Plate No.", values["plate"], value_at=230)
    page.field(680, 245, 1440, "车辆类型", "Vehicle Type", values["vehicle_type"], value_at=880)
    page.field(60, 350, 1440, "所有人", "Owner", values["owner"], value_at=230)
    page.field(60, 455, 1440, "住址", "Address", values["address"], value_at=230)
    page.field(60, 560, 640, "使用性质", "Use Character", values["use"], value_at=260)
    page.field(680, 560, 1440, "品牌型号", "Model", values["brand_model"], value_at=850)
    page.field(480, 675, 1440, "车辆识别代号", "VIN", values["vin"], value_at=720)
    page.field(480, 785, 1440, "发动机号码", "Engine No.", values["engine_number"], value_at=720)
    page.field(480, 905, 945, "注册日期", "Register Date", values["register_date"], value_at=670)
    page.field(960, 905, 1440, "发证日期", "Issue Date", values["issue_date"], value_at=1130)
    seal = stamps.square_seal(values["seal_authority"], rng.randrange(1 << 30), size=330, columns=4)
    page.picture(seal, 80, 610, multiply=True)
    page.mark()


def _second_page(page: _Page, values: Mapping[str, Any], rng: random.Random) -> None:
    page.title(750, 84, "中华人民共和国机动车行驶证副页", 48, "serifbold")
    mass = int("".join(filter(str.isdigit, values["gross_mass"])) or 0)
    left = [
        ("号牌号码", "Plate No.", values["plate"]),
        ("核定载人数", "Seats", f"{values['seats']}人"),
        ("整备质量", "Curb Weight", f"{round(mass * 0.78)}kg"),
        ("外廓尺寸", "Dimensions", "4660×1790×1480mm" if values["seats"] > 2 else "1940×780×1080mm"),
    ]
    right = [
        ("档案编号", "File No.", values["file_number"]),
        ("总质量", "Gross Mass", values["gross_mass"]),
        ("核定载质量", "Load", "--"),
        ("准牵引总质量", "Traction Mass", "--"),
    ]
    for column, x, edge, value_at in ((left, 60, 730, 260), (right, 760, 1440, 980)):
        for place, (label, english, value) in enumerate(column):
            page.field(x, 190 + 105 * place, edge, label, english, value, value_at=value_at)
    remark = f"能源种类：{values['energy']}" if "energy" in values else ""
    page.field(60, 610, 1440, "备注", "Remarks", remark, value_at=260)
    year, month = values["inspection_until"].split("-")[:2]
    record = f"检验有效期至{year}年{month}月{values['plate'][:2]}"
    page.field(60, 715, 1440, "检验记录", "Inspection Record", record, value_at=300)
    if not page.printing.old:
        page.picture(_barcode(rng), 420, 790)
    page.mark()


def app(values: Mapping[str, Any], rng: random.Random) -> Sheet:
    """电子行驶证 on a telephone: the traffic police's app, label left and value right."""
    sheet = Sheet(1080, 2200, (242, 244, 248))
    sheet.rectangle((0, 0, 1080, 190), outline=None, fill=(44, 110, 220))
    sheet.text(60, 60, f"{rng.randint(8, 18)}:{rng.randint(10, 59)}", 32, "sans", colour=(255, 255, 255))
    sheet.text(540, 150, "电子行驶证", 48, "bold", colour=(255, 255, 255), align="centre")
    sheet.rectangle((40, 230, 1040, 1620), outline=None, fill=(255, 255, 255), radius=28)
    sheet.text(540, 320, "中华人民共和国机动车行驶证", 44, "bold", colour=(40, 70, 60), align="centre")
    rows = [(label, str(values[field])) for label, field in _APP_ROWS]
    year, month = values["inspection_until"].split("-")
    rows += [("核定载人数", f"{values['seats']}人"), ("检验有效期至", f"{year}年{month}月"), ("状态", "正常")]
    for place, (label, value) in enumerate(rows):
        top = 360 + 88 * place
        sheet.text(90, top + 58, label, 36, "sans", colour=(130, 134, 142))
        sheet.write((370, top, 1000, top + 88), value, 36, "sans", colour=(30, 32, 38), align="right", lines=2)
    sheet.picture(qr_code(f"{values['plate']}|{values['vin'][-6:]}", 380), 350, 1680)
    sheet.text(540, 2120, "仅供出示查验使用", 32, "sans", colour=(130, 134, 142), align="centre")
    specimen(sheet, 420, 2175)
    return sheet


_APP_ROWS = (
    ("号牌号码", "plate"),
    ("车辆类型", "vehicle_type"),
    ("所有人", "owner"),
    ("住址", "address"),
    ("使用性质", "use"),
    ("品牌型号", "brand_model"),
    ("车辆识别代号", "vin"),
    ("发动机号码", "engine_number"),
    ("注册日期", "register_date"),
    ("发证日期", "issue_date"),
)


def _ground(rng: random.Random) -> Image.Image:
    """Pale green security print with soft rings."""
    image = Image.new("RGB", PAGE, (229, 240, 234))
    draw = ImageDraw.Draw(image)
    for _ in range(7):
        x, y, reach = rng.randint(0, PAGE[0]), rng.randint(0, PAGE[1]), rng.randint(160, 420)
        for radius in range(40, reach, 26):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(216, 232, 224), width=2)
    draw.rounded_rectangle((0, 0, PAGE[0] - 1, PAGE[1] - 1), 20, outline=(150, 180, 170), width=3)
    return image


def _barcode(rng: random.Random) -> Image.Image:
    bars = np.repeat(np.array([rng.random() < 0.5 for _ in range(200)]), 4)
    return Image.fromarray(np.where(np.tile(bars, (100, 1)), 40, 240).astype(np.uint8)).convert("RGB")


_PRINTINGS = {
    "both": Printing(),
    "beside": Printing(beside=True, scale=0.69, face="song"),
    "main": Printing(("main",)),
    "second": Printing(("second",)),
    "old": Printing(face="song", ink="dots", old=True, off=((0, 26), (-12, 10))),
    "motorcycle": Printing(face="sans"),
}


def _of(printing: Printing) -> Callable[[Mapping[str, Any], random.Random], Sheet]:
    return lambda values, rng: vehicle_licence(values, rng, printing)


COMPOSERS: Mapping[str, Callable[[Mapping[str, Any], random.Random], Sheet]] = {
    **{form: _of(printing) for form, printing in _PRINTINGS.items()},
    "app": app,
}
