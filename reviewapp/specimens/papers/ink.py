"""How ink looks: needle print, handwriting, stamping ink, paper grain. The same arguments give the same pixels."""

import random
from zlib import crc32

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Point = tuple[float, float]


def lay(image: Image.Image, picture: Image.Image, at: tuple[int, int], *, multiply: bool = False) -> None:
    """Put `picture` on `image` in place; with `multiply` the darker of paper and ink remains, as in stamping."""
    picture = picture.convert("RGBA")
    if not multiply:
        image.paste(picture, at, picture)
        return
    box = (at[0], at[1], at[0] + picture.width, at[1] + picture.height)
    below = image.crop(box)
    white = Image.new("RGB", picture.size, (255, 255, 255))
    white.paste(picture, (0, 0), picture)
    image.paste(ImageChops.multiply(below, white), box[:2])


def dot_print(image: Image.Image, text: str, at: Point, face: ImageFont.FreeTypeFont, colour: Colour) -> None:
    """Print of a needle printer: strokes stepped to the needles' pitch, rows a little uneven."""
    left, top, right, bottom = (round(value) for value in face.getbbox(text, anchor="ls"))
    width, height = right - left + 4, bottom - top + 4
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).text((2 - left, 2 - top), text, fill=255, font=face, anchor="ls")
    stepped = mask.resize((max(1, width * 2 // 3), max(1, height * 2 // 3)), Image.Resampling.BOX)
    stepped = stepped.point(lambda value: 255 if value > 92 else 0).resize((width, height), Image.Resampling.BILINEAR)
    rows = np.asarray(stepped, dtype=np.float32)
    strength = np.where(np.arange(height) % 4 == 0, 0.72, 0.97)[:, None]
    faded = Image.fromarray((rows * strength).astype(np.uint8))
    image.paste(colour, (round(at[0]) + left - 2, round(at[1]) + top - 2), faded)


def handwrite(
    image: Image.Image, text: str, at: Point, face: ImageFont.FreeTypeFont, colour: Colour, spacing: float = 0
) -> None:
    """Characters as a pen leaves them: each turned, shifted and slanted a little."""
    pen = random.Random(crc32(f"{text}{at}".encode()))
    x, y = at
    for character in text:
        size = round(face.size * 1.7)
        glyph = Image.new("L", (size, size), 0)
        ImageDraw.Draw(glyph).text((size * 0.2, size * 0.75), character, fill=255, font=face, anchor="ls")
        slant = pen.uniform(0.08, 0.2)
        glyph = glyph.transform(
            glyph.size, Image.Transform.AFFINE, (1, slant, -slant * size * 0.6, 0, 1, 0), Image.Resampling.BICUBIC
        ).rotate(pen.uniform(-4, 4), Image.Resampling.BICUBIC)
        lift = pen.uniform(-0.04, 0.04) * face.size
        image.paste(colour, (round(x - size * 0.2), round(y - size * 0.75 + lift)), glyph)
        x += face.getlength(character) + spacing


def grain(image: Image.Image, seed: int, *, strength: float = 3.0, tint: Colour = (252, 251, 247)) -> Image.Image:
    """Paper: a tint multiplied over the page and fine noise of `strength` grey levels."""
    half = ((image.height + 1) // 2, (image.width + 1) // 2)
    noise = np.rint(np.random.default_rng(seed).standard_normal(half, dtype=np.float32) * strength).astype(np.int16)
    fine = noise.repeat(2, axis=0).repeat(2, axis=1)[: image.height, : image.width]
    levels = np.arange(256)[:, None] * np.asarray(tint) / 255
    tinted = cv2.LUT(np.asarray(image), np.rint(levels).astype(np.uint8)[:, None, :])
    return Image.fromarray(cv2.add(tinted, cv2.merge([fine] * 3), dtype=cv2.CV_8U))


def faded(image: Image.Image, seed: int, *, most: float = 0.45) -> Image.Image:
    """Thermal paper after months: print paler in soft patches, by up to `most` of its darkness."""
    patches = np.random.default_rng(seed).random((9, 3), dtype=np.float32)
    loss = cv2.resize(np.rint(patches * most * 255).astype(np.uint8), image.size, interpolation=cv2.INTER_CUBIC)
    pixels = np.asarray(image)
    gone = cv2.multiply(250 - np.minimum(pixels, 250), cv2.merge([loss] * 3), scale=1 / 255)
    return Image.fromarray(cv2.add(pixels, gone))


def worn(stamp: Image.Image, seed: int, opacity: float) -> Image.Image:
    """A stamp's RGBA image after being pressed by hand: thinner ink, patches that did not take."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray((rng.random((24, 24)) * 255).astype(np.uint8))
    patches = np.asarray(coarse.resize(stamp.size, Image.Resampling.BICUBIC), dtype=np.float32) / 255
    speck = rng.random((stamp.height, stamp.width))
    alpha = np.asarray(stamp.getchannel("A"), dtype=np.float32)
    alpha = alpha * opacity * np.clip(0.62 + 0.5 * patches, 0, 1) * (speck > 0.03)
    pressed = stamp.copy()
    pressed.putalpha(Image.fromarray(alpha.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6)))
    return pressed
