"""Kind of file by its first bytes. The name and the declared type are never believed."""

HEAD_BYTES = 64

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_TIFF = frozenset({b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"})
_GENERIC_BRANDS = frozenset({b"mif1", b"msf1"})


def sniff(head: bytes) -> str | None:
    """Media type of an allowed kind (JPEG, PNG, WebP, HEIC, TIFF, PDF, OFD) from the first HEAD_BYTES bytes, else None.

    Every ZIP is taken for an OFD here: whether it is one stands inside, where only the limited child looks.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if _is_heic(head):
        return "image/heic"
    if head[:4] in _TIFF:
        return "image/tiff"
    if head.startswith(b"PK\x03\x04"):
        return "application/ofd"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \0").startswith(b"%PDF-"):
        return "application/pdf"
    return None


def _is_heic(head: bytes) -> bool:
    """ISO base media `ftyp` naming an HEVC still picture; AVIF shares the container and is not taken."""
    if head[4:8] != b"ftyp":
        return False
    major, end = head[8:12], int.from_bytes(head[:4], "big")
    compatible = {head[at : at + 4] for at in range(16, min(end, len(head)), 4)}
    return major in _HEIC_BRANDS or (major in _GENERIC_BRANDS and bool(compatible & _HEIC_BRANDS))


_KNOWN = (
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"PK\x05\x06", "空的压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文档（请先另存为 PDF）"),
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
    (b"#!", "脚本程序"),
    (b"%!PS", "PostScript 文件"),
)
_MARKUP = ((b"<svg", "SVG 图片"), (b"<!doctype html", "网页"), (b"<html", "网页"), (b"<?xml", "XML 或 SVG 文件"))


def describe(head: bytes) -> str | None:
    """What a refused file looks like, in Chinese, for the message; None when it is nothing we know."""
    for start, name in _KNOWN:
        if head.startswith(start):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, name in _MARKUP:
        if text.startswith(start):
            return name
    return "视频或其他媒体文件" if head[4:8] == b"ftyp" else None
