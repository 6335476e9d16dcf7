"""The typefaces papers are set in: Noto CJK and two of Arphic's, found on the machine at run time and never shipped
with the code."""

import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FACES = {
    "sans": ("Noto Sans CJK SC", "Regular"),
    "bold": ("Noto Sans CJK SC", "Bold"),
    "mono": ("Noto Sans Mono CJK SC", "Regular"),
    "monobold": ("Noto Sans Mono CJK SC", "Bold"),
    "serif": ("Noto Serif CJK SC", "Regular"),
    "serifbold": ("Noto Serif CJK SC", "Bold"),
    "song": ("AR PL SungtiL GB", "Regular"),
    "kai": ("AR PL KaitiM GB", "Regular"),
}
"""Name in the code → family and style. The last two hold the characters of GB 2312: no ⊗, no • and no ¥ but ￥."""
PACKAGES = {"AR PL SungtiL GB": "fonts-arphic-gbsn00lp", "AR PL KaitiM GB": "fonts-arphic-gkai00mp"}
NOTO = "fonts-noto-cjk"
_FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/noto"),
    Path("/usr/share/fonts/truetype/arphic-gbsn00lp"),
    Path("/usr/share/fonts/truetype/arphic-gkai00mp"),
)
_STEMS = {
    "Noto Serif CJK SC": "NotoSerifCJK-{style}.ttc",
    "AR PL SungtiL GB": "gbsn00lp.ttf",
    "AR PL KaitiM GB": "gkai00mp.ttf",
}
_FACES_IN_COLLECTION = 10


class FontMissing(RuntimeError):
    """A typeface is not installed; the message names the package."""

    def __init__(self, family: str) -> None:
        package = PACKAGES.get(family, NOTO)
        super().__init__(f"找不到字体“{family}”。请安装软件包 {package}（apt-get install {package}）后重试。")


@lru_cache(maxsize=512)
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """The face (a name in FACES) at `size` pixels; raises FontMissing."""
    path, index = _locate(face)
    return ImageFont.truetype(path, size, index=index)


def text_width(text: str, face: str, size: int, spacing: float = 0) -> float:
    """Width of `text` in pixels, with `spacing` pixels after each character but the last."""
    return font(face, size).getlength(text) + spacing * max(0, len(text) - 1)


@lru_cache
def _locate(face: str) -> tuple[str, int]:
    family, style = FACES[face]
    for path in _candidates(family, style):
        for index in range(_FACES_IN_COLLECTION):
            try:
                if ImageFont.truetype(str(path), 20, index=index).getname() == (family, style):
                    return str(path), index
            except OSError:
                break
    raise FontMissing(family)


def _candidates(family: str, style: str) -> list[Path]:
    """Files that may hold the face: fontconfig's answer first, then the places Linux packages use."""
    found = []
    if shutil.which("fc-match"):
        answer = subprocess.run(
            ["fc-match", "-f", "%{file}", f"{family}:style={style}"], capture_output=True, text=True, check=False
        )
        found = [Path(answer.stdout)] if answer.stdout else []
    name = _STEMS.get(family, "NotoSansCJK-{style}.ttc").format(style=style)
    found += [folder / name for folder in _FOLDERS]
    return [path for path in found if path.is_file()]
