"""JPEG, PNG, WebP, HEIC and TIFF: header limits, decode, turn upright, shrink, re-encode without metadata."""

import io
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from .answer import Refused
from .limits import Limits
from .webp import canvas

TIFF = "image/tiff"
_FORMATS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (JpegImagePlugin.JpegImageFile.format,),
    "image/png": (PngImagePlugin.PngImageFile.format,),
    "image/webp": (WebPImagePlugin.WebPImageFile.format,),
    "image/heic": ("HEIF",),
    TIFF: (TiffImagePlugin.TiffImageFile.format,),
}
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LEAST_SQUEEZE, _MOST_SQUARE = 0.4, 0.9
_STRIP_ROWS = 512
_WEBP_BYTES_A_PIXEL = 12


def prepare(media_type: str) -> None:
    """Register what the kind needs. HEIC: one thread, and never the embedded thumbnail in place of the picture."""
    if media_type == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)


def inspect(data: bytes, media_type: str, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """Header only: width and height in pixels as stored, and how many pages a TIFF has."""
    picture = _open(data, media_type, limits)
    size = {"width": picture.width, "height": picture.height}
    count = sum(1 for _ in _frames(picture, media_type, limits))
    return {"outcome": "inspected", "page_count": count, **size}, []


def render(data: bytes, media_type: str, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """The one page of a picture (of an animation: its first frame), or the pages of a TIFF."""
    pages: list[dict[str, Any]] = []
    blobs: list[bytes] = []
    for number, frame in enumerate(_frames(_open(data, media_type, limits), media_type, limits), 1):
        upright = _upright(frame, media_type, limits)
        jpeg = encode(upright, limits)
        size = {"width": upright.width, "height": upright.height, "bytes": len(jpeg)}
        pages.append({"number": number, **size, "lines": [], "doubted": False})
        blobs.append(jpeg)
    return {"outcome": "opened", "pages": pages}, blobs


def _frames(picture: Image.Image, media_type: str, limits: Limits) -> Iterator[Image.Image]:
    """The pages in turn, each within the limit on pixels; only a TIFF's further frames are pages of their own."""
    yield picture
    for index in range(1, limits.pages + 1 if media_type == TIFF else 1):
        try:
            picture.seek(index)
        except EOFError:
            return
        if index == limits.pages:
            raise Refused("too_many_pages")
        _check_pixels(picture.width, picture.height, limits)
        yield picture


def _upright(picture: Image.Image, media_type: str, limits: Limits) -> Image.Image:
    factor = limits.long_side / max(picture.size)
    if media_type == "image/jpeg" and factor < 1:
        picture.draft("RGB", _scaled(picture, factor))
    _load(picture)
    turn = _UPRIGHT.get(_orientation(picture))  # loading a TIFF has turned it already and taken the tag away
    shown = _fit(_square(picture) if media_type == TIFF else picture, limits.long_side)
    return shown if turn is None else shown.transpose(turn)


def _square(picture: Image.Image) -> Image.Image:
    """A fax has half as many rows as columns to the inch: its pixels are made square."""
    across, down = (float(value) for value in picture.info.get("dpi", (1, 1)))
    if not (across > 0 and down > 0) or not _LEAST_SQUEEZE <= across / down <= 1 / _LEAST_SQUEEZE:
        return picture
    if abs(across / down - 1) < 1 - _MOST_SQUARE:
        return picture
    size = (picture.width, round(picture.height * across / down))
    return picture.convert("L" if picture.mode == "1" else picture.mode).resize(size)


def encode(picture: Image.Image, limits: Limits) -> bytes:
    """JPEG without any metadata; colour at full resolution, because the reader uses the red channel by itself."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=limits.jpeg_quality, subsampling=0)
    return out.getvalue()


def _open(data: bytes, media_type: str, limits: Limits) -> Image.Image:
    """Parse the header as the sniffed kind and no other; too many pixels are refused here, before decoding."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = limits.pixels
    if media_type == "image/webp":
        _check_canvas(data, limits)
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS[media_type])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise Refused("too_many_pixels", str(bomb)) from None
    _check_pixels(picture.width, picture.height, limits)
    return picture


def _check_canvas(data: bytes, limits: Limits) -> None:
    """WebP: the library holds two canvases and Pillow a third, already at opening."""
    size = canvas(data)
    if size is None:
        raise Refused("damaged_file", "unreadable WebP header")
    _check_pixels(*size, limits)
    if size[0] * size[1] * _WEBP_BYTES_A_PIXEL > limits.memory_bytes:
        raise Refused("decode_memory", "WebP canvas")


def _check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        raise Refused("too_many_pixels", width=width, height=height)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # unreadable EXIF is no reason to refuse the pixels
        return 1


def _load(picture: Image.Image) -> None:
    """Decode; Pillow reports some allocation failures as OSError, told apart from damage only by their text."""
    try:
        picture.load()
    except OSError as failure:
        if "memory" in str(failure).lower():
            raise MemoryError from failure
        raise


def _fit(picture: Image.Image, long_side: int) -> Image.Image:
    """RGB with the long side at most `long_side`; large ones are first reduced strip by strip to save memory."""
    factor = max(picture.size) // long_side
    small = _reduce_in_strips(picture, factor) if factor >= 2 else _to_rgb(picture)
    if max(small.size) > long_side:
        small = small.resize(_scaled(small, long_side / max(small.size)), Image.Resampling.LANCZOS)
    return small


def _reduce_in_strips(picture: Image.Image, factor: int) -> Image.Image:
    rows = _STRIP_ROWS * factor
    small = Image.new("RGB", (-(-picture.width // factor), -(-picture.height // factor)))
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        small.paste(_to_rgb(strip).reduce(factor), (0, top // factor))
    return small


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Any mode to RGB: 16-bit grey scaled, not cut off; what is transparent becomes white paper."""
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(layered)
        return paper.convert("RGB")
    return picture.convert("RGB")


def _scaled(picture: Image.Image, factor: float) -> tuple[int, int]:
    return max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
