"""Whether digits look like the digits they are said to be: a font's map to Unicode can say one and draw another.

Each digit is brought to 16 × 16 black and white points and compared with ten digits of six faces. The honest faces at
hand stay within the margin at reading sizes; of wrong digits 95 in 100 pass it, and no lie has only one.
"""

from statistics import median
from typing import cast

from PIL import Image, ImageOps, ImageStat

_SIDE = 16
_MARGIN = 16
"""How many more points than the nearest other digit's a digit's own may be off."""
_LEAST_HEIGHT = 16
_MOST_DIGITS = 2_000

# Helvetica, its bold, Times, Courier, Noto Sans CJK and Noto Serif CJK: 0 to 9 each, row by row.
_FACES = (
    (
        "07c00ee0183018303018301830183018301830183018303018301c700fe00780",
        "006000e001e003e0076004600060006000600060006000600060006000600060",
        "07c00ff018301818101800180030007000e001c003800e001c0018003ff83ff8",
        "07c01ee0183038300030007000e003e00070003800181018383818300fe007c0",
        "006000e000e001e00360066006600c60186018603ff83ff80060006000600060",
        "0ff00ff00c00180018001b801fe018700038001800181018383818301fe007c0",
        "07c00ef01c3018103000310037e03c70383030183018301818381c300fe007c0",
        "3ff83ff80030006000e000c0018001800300030003000600060006000e000e00",
        "07c00ee018301830183018700fe00fe01c70383830183018301818301fe007c0",
        "03c00ff00c3018181818181818181c380e7807d80018001818100c300fe003c0",
    ),
    (
        "07c00fe01ef01c703c783c383838383838383c383c383c781c701ff00fe007c0",
        "00e000e001e007e00fe00ce008e000e000e000e000e000e000e000e000e000e0",
        "07c00ff01ff01c783c380038007800f001e003c007800f001e001ff83ff83ff8",
        "07c01fe01ff03870007000f003e003e000f00078003818383c781ff01fe007c0",
        "00e000e001e003e003e007e00ee00ce01ce038e03ff83ff83ff800e000e000e0",
        "0ff00ff01ff01c001c001fc01fe01ff008780038003818383c701ff01fe007c0",
        "07c00ff01ff01c781c0038003fe03ff03c703c383c381c381c780ff00ff003c0",
        "3ffc3ffc3ffc0078007000e001e001c003c00380038007000700070007000f00",
        "07c00ff01ef01c701c701c700fe00fe01ff03c78383838383c781ef00ff007c0",
        "07c01fe01ff03c703878387838781c781ff80ff8003800783c701ff01fe007c0",
    ),
    (
        "03800c600820183018303038301830183018301830181830183018300c6007c0",
        "01800780038001800180018001800180018001800180018001800180038007c0",
        "03c007e0087010301030003000200020004000c000800100020004080ff01ff0",
        "03c006e0083010300020004000c003e000e00030003000300030002018200f80",
        "0060006000e0016002600260046008600860106020603ff80060006000600060",
        "01f803f00600040004000fc003e000700030001800180018001000301c600f80",
        "003800c0030006000c000c000ff01c30181818181818181808180c10043003e0",
        "0ff80ff81010001000300020002000600040004000c000800080018001000100",
        "078008601820183018200c600ec0078007c00ce01870183018301830082007c0",
        "03c00420083018101818181818180c180e3803b000300070006000c001800c00",
    ),
    (
        "03c00e700c3018181818101810081008100810081008181818180c300e7003e0",
        "03801f8001800180018001800180018001800180018001800180018001803ff8",
        "03e00e700c18081800180018001800300030006001c0030006080c081c181ff8",
        "07c01ef00030001000100030007001c001e00030001800080008001818700fe0",
        "00e001e001600360026006600c601860106030603ff8006000600060006003f8",
        "0ff00ff008000800080008000bc00ff00830001800180018001800101c700fc0",
        "00f803e006000c00080018001be01ff01c3018181818181808180c10067003c0",
        "1ff8181810181010001000300020006000600040004000c00080008001800100",
        "03c00e7008101810181808100c3007e00ff00c3018181818181818180c3007e0",
        "03c00ee00830181810181018181818380ff807c8001800100030006003c01e00",
    ),
    (
        "03c007e00c300c30181818181818181818181818181818180c300c3007e003c0",
        "03800f800380018001800180018001800180018001800180018001801ff01ff0",
        "07c00fe0183000300030003000300030006000e000c00180030006001ff81ff8",
        "03c00ff00830003000300030006003c000e0003000180018001818380ff007c0",
        "00e000e001e00360036006600c600c60186030603ff83ff80060006000600060",
        "07f007f004000c000c000c000fe00c700038001800180018001818300ff007c0",
        "03c007f00c000c00180018001bc01fe01c3018301830183008300c2007e003c0",
        "1ff81ff800300020006000c000c0008001800180018001800100030003000300",
        "03c007f00c300c100c100c30063007e00ce0083018181818181818380ff007e0",
        "03c00ee00c3018301818181818180c380ff8039800180018003008700fe00780",
    ),
    (
        "03c004200c3008101818181818181818181818181818181808100c30042003c0",
        "01800d8001800180018001800180018001800180018001800180018001800ff0",
        "07c0086018301830003000300030006000c00080010002000400080018001ff8",
        "07c00860182000300030002000400380006000300030003010301830086007c0",
        "004000c000c001400240044004400840104000403ff83ff80040004000400040",
        "07f8040008000800080008000bc00860003000180018001810181830083007c0",
        "00600180030006000c00080019801c601820183018301830183008200c6003c0",
        "1ff000300000002000200040004000c000800080010001000300020006000600",
        "07c008600820182018200c200e40078003c008601830103010301830082007c0",
        "03c00c20083018181818181818180c1806780010003000200040008003000c00",
    ),
)
_SHAPES = tuple(tuple(int(digit, 16) for digit in face) for face in _FACES)


class Digits:
    """The digits of one page, looked at one by one; `lie` when one of them looks like another."""

    def __init__(self, grey: Image.Image) -> None:
        self._grey = grey
        self._left = _MOST_DIGITS
        self.lie = False

    def look(self, character: str, box: tuple[int, int, int, int]) -> None:
        """One upright character of the text layer and its ink, in pixels of the page."""
        if not ("0" <= character <= "9") or self.lie or self._left == 0 or box[3] - box[1] < _LEAST_HEIGHT:
            return
        self._left -= 1
        cell = self._grey.crop(box)
        is_light = self._ground(box) < sum(_range(cell)) // 2
        seen = _points(ImageOps.invert(cell) if is_light else cell)
        if seen is not None:
            own = int(character)
            off = [min((seen ^ face[digit]).bit_count() for face in _SHAPES) for digit in range(10)]
            self.lie = off[own] > min(off[:own] + off[own + 1 :]) + _MARGIN

    def _ground(self, box: tuple[int, int, int, int]) -> float:
        """The grey around a digit: the middle of its four sides, as a neighbour or a rule may touch one of them."""
        left, top, right, bottom = box
        beside = [(left - 1, top, left, bottom), (right, top, right + 1, bottom)]
        sides = [*beside, (left, top - 1, right, top), (left, bottom, right, bottom + 1)]
        return median(ImageStat.Stat(self._grey.crop(side)).mean[0] for side in sides)


def _range(cell: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest grey."""
    return cast(tuple[int, int], cell.getextrema())


def _points(cell: Image.Image) -> int | None:
    """The dark ink of a cell as 256 points, None where there is none."""
    middle = sum(_range(cell)) // 2
    ink = cell.point([255 * (level < middle) for level in range(256)]).getbbox()
    if ink is None:
        return None
    digit = cell.crop(ink)
    width = max(1, min(_SIDE, round(digit.width * _SIDE / digit.height)))
    square = Image.new("L", (_SIDE, _SIDE), 255)
    square.paste(digit.resize((width, _SIDE), Image.Resampling.BOX), ((_SIDE - width) // 2, 0))
    return int.from_bytes(square.point([255 * (level < middle) for level in range(256)]).convert("1").tobytes(), "big")
