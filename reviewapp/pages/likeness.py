"""Is it the same photograph again? Hashes to find it by, also cropped and compressed anew, and a close look to be sure.

Hashes alone cannot tell one invoice from the next of the same form: what is near by its hash is laid over the other
picture and compared piece by piece.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import cv2
import imagehash
import numpy as np
from PIL import Image

#: Hashes that differ in at most so many of their 256 bits are looked at closely.
NEAR_BITS = 24
#: Longest side in pixels at which pictures are compared.
_SIDE = 1000
_HASH_SIDE = 16
_SEGMENTS = 4
_SEGMENTED_AT = 160
_LEAST_SEGMENT = 142
_BLOCK = 25
#: Standard deviation of grey levels below which a piece is blank, and correlation from which two pieces are the same.
_BLANK, _ALIKE = 6.0, 0.7
#: Of the pieces so many agree in two copies of one photograph, and so few in pictures that need no finer look.
_SAME, _HOPELESS = 0.998, 0.7
_FEWEST_POINTS = 12
_FEWEST_BLOCKS = 20

_Grey = np.ndarray[Any, np.dtype[Any]]


def prints(jpeg: bytes) -> list[int]:
    """Hashes of 256 bits: of the whole picture, and of up to four parts that stand out (crop-resistant); no repeats.

    A picture with nothing on it has none.
    """
    picture = _opened(jpeg)
    if np.asarray(picture).std() < _BLANK:
        return []
    by_frequency = partial(imagehash.phash, hash_size=_HASH_SIDE)
    parts = imagehash.crop_resistant_hash(
        picture,
        hash_func=by_frequency,
        limit_segments=_SEGMENTS,
        segmentation_image_size=_SEGMENTED_AT,
        min_segment_size=_LEAST_SEGMENT,
    )
    return list(dict.fromkeys(_number(one) for one in (by_frequency(picture), *parts.segment_hashes)))


def distance(first: int, second: int) -> int:
    """In how many bits two hashes differ."""
    return (first ^ second).bit_count()


def same_picture(first: bytes, second: bytes) -> bool:
    """True when one picture lies on the other piece by piece: the same exposure, whatever its size, cut or quality."""
    a, b = np.asarray(_opened(first)), np.asarray(_opened(second))
    roughly = _by_points(a, b)
    a, b = _smooth(a), _smooth(b)
    if roughly is None or _agreeing(a, b, roughly) < _HOPELESS:
        return False
    finely = _by_brightness(a, b, roughly)
    return finely is not None and _agreeing(a, b, finely) >= _SAME


def _opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    picture.draft("L", (_SIDE, _SIDE))
    grey = picture.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    return grey


def _number(found: imagehash.ImageHash) -> int:
    return int.from_bytes(np.packbits(found.hash.ravel()).tobytes(), "big")


def _smooth(grey: _Grey) -> _Grey:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.5))


def _by_points(a: _Grey, b: _Grey) -> _Grey | None:
    """Move, turn and scale that bring most corners of one picture to those of the other."""
    finder: Any = cv2.ORB.create(1500)  # its stubs do not know that nothing may be found
    at_a, said_a = finder.detectAndCompute(a, None)
    at_b, said_b = finder.detectAndCompute(b, None)
    if said_a is None or said_b is None:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(said_a, said_b)
    if len(pairs) < _FEWEST_POINTS:
        return None
    here = np.array([at_a[pair.queryIdx].pt for pair in pairs], dtype=np.float32)
    there = np.array([at_b[pair.trainIdx].pt for pair in pairs], dtype=np.float32)
    found, _ = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=2)
    return None if found is None else np.asarray(found, dtype=np.float32)


def _by_brightness(a: _Grey, b: _Grey, start: _Grey) -> _Grey | None:
    """The finest fit from there; None when there is none."""
    rule = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
    try:
        _, found = cv2.findTransformECC(a, b, start, cv2.MOTION_AFFINE, rule)
    except cv2.error:  # it does not converge: the pictures have nothing to do with each other
        return None
    return np.asarray(found)


def _agreeing(a: _Grey, b: _Grey, moved: _Grey) -> float:
    """The share of pieces that look the same when the second picture is laid on the first; 0 when there are too few."""
    flags, size = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (a.shape[1], a.shape[0])
    laid = np.asarray(cv2.warpAffine(b, moved, size, flags=flags))
    covered = np.asarray(cv2.warpAffine(np.full_like(b, 255), moved, size, flags=flags))
    judged = list(_blocks(a, laid, covered))
    return sum(judged) / len(judged) if len(judged) >= _FEWEST_BLOCKS else 0.0


def _blocks(a: _Grey, b: _Grey, covered: _Grey) -> Iterator[bool]:
    """For each piece that both pictures show and that is not blank: do they look the same there?"""
    height, width = a.shape
    for top in range(0, height - _BLOCK + 1, _BLOCK):
        for left in range(0, width - _BLOCK + 1, _BLOCK):
            place = np.s_[top : top + _BLOCK, left : left + _BLOCK]
            if not (covered[place] == 255).all():
                continue
            one, other = a[place].astype(np.float32), b[place].astype(np.float32)
            spread = one.std(), other.std()
            if max(spread) >= _BLANK:
                together = float(((one - one.mean()) * (other - other.mean())).mean())
                yield together > _ALIKE * float(spread[0] * spread[1])
