"""The refusals a submitter can see: a stable code and a Chinese sentence saying what is wrong and what to do."""

from collections.abc import Callable, Mapping

from reviewapp.errors import ReviewError
from reviewapp.pages.decoder.limits import MEGABYTE, Limits


class RefusedFile(ReviewError):
    """A file that is not taken. `code` is stable, `message` is for the clerk, `detail` (English) only for logs.

    Codes: empty_file not_allowed_type too_large too_many_pixels too_many_pages encrypted_pdf
    encrypted_ofd damaged_file
    decode_timeout decode_memory.
    """

    status = 422

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        super().__init__(message, code=code)
        self.detail = detail


def refuse(code: str, limits: Limits, detail: str = "", values: Mapping[str, int] | None = None) -> RefusedFile:
    """The refusal for one of REFUSALS, its sentence filled with the limits and the figures found in the file."""
    return RefusedFile(code, _SENTENCES[code](limits, values or {}), detail)


def refuse_type(described: str | None) -> RefusedFile:
    """not_allowed_type; `described` names in Chinese what the content looks like, None when it is unknown."""
    found = f"这个文件是{described}，" if described else "无法识别这个文件的类型，"
    return RefusedFile(
        "not_allowed_type", f"{found}不能作为材料上传。请上传照片（JPG、PNG、WebP、HEIC、TIFF），或 PDF、OFD 文件。"
    )


def _too_many_pixels(limits: Limits, values: Mapping[str, int]) -> str:
    size = f"这张图片有 {values['width']}×{values['height']} 像素" if "width" in values else "这张图片的像素太多"
    return f"{size}，超过 {limits.pixels // 10_000} 万像素的上限。请用手机的普通拍照模式重新拍摄，或缩小图片后再上传。"


def _too_many_pages(limits: Limits, values: Mapping[str, int]) -> str:
    count = f"这个文件有 {values['pages']} 页" if "pages" in values else "这个文件页数太多"
    return f"{count}，超过 {limits.pages} 页的上限。请只保留需要的页，或拆成几个文件上传。"


def _not_allowed(_: Limits, __: Mapping[str, int]) -> str:
    """What the first bytes could not tell: an archive turned out not to be an OFD."""
    return refuse_type("压缩包或 Office 文档（压缩包请先解压，Office 文档请先另存为 PDF）").message


_SENTENCES: Mapping[str, Callable[[Limits, Mapping[str, int]], str]] = {
    "empty_file": lambda limits, _: "这个文件是空的（0 字节），里面没有内容。请重新拍照，或重新选择文件后上传。",
    "too_large": lambda limits, _: (
        f"这个文件超过 {limits.file_bytes / MEGABYTE:g} MB 的上限，没有保存。"
        "请用手机直接拍照上传，或压缩、拆分文件后再上传。"
    ),
    "too_many_pixels": _too_many_pixels,
    "too_many_pages": _too_many_pages,
    "not_allowed_type": _not_allowed,
    "encrypted_ofd": lambda limits, _: "这个 OFD 加了密，无法打开。请用没有加密的文件，或另存为 PDF 后再上传。",
    "encrypted_pdf": lambda limits, _: "这个 PDF 加了密码，无法打开。请用没有密码的文件，或拍照上传。",
    "damaged_file": lambda limits, _: (
        "这个文件已损坏或不完整，无法打开。请在手机或电脑上确认原文件能正常打开，再重新上传，或拍照上传。"
    ),
    "decode_timeout": lambda limits, _: (
        f"这个文件太复杂，{limits.wall_seconds:g} 秒内没能打开。请另存为普通的 PDF 或 JPG 后再上传，或拍照上传。"
    ),
    "decode_memory": lambda limits, _: (
        "打开这个文件需要的内存超过上限。请用手机的普通拍照模式重新拍摄，或缩小图片后再上传。"
    ),
}

REFUSALS = frozenset(_SENTENCES)
