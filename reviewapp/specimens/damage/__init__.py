"""What happens to a paper between desk and office: seeded damages by name, and the ready-made phone photograph."""

import random
from collections.abc import Mapping, Sequence

from PIL import Image

from reviewapp.specimens.damage import camera, light, office, sheet_wear
from reviewapp.specimens.damage.camera import PHONE_SIDE
from reviewapp.specimens.damage.shot import Damage, Shot, in_place

__all__ = ["DAMAGES", "PHONE_SIDE", "Shot", "damage", "phone_photo", "shoot"]

DAMAGES: Mapping[str, Damage] = {
    "tilt": camera.tilt,
    "turn90": camera.turned(1),
    "turn180": camera.turned(2),
    "turn270": camera.turned(3),
    "perspective": camera.perspective,
    "phone": camera.phone,
    "half": camera.half,
    "fax": office.fax,
    "blur": in_place(camera.blur),
    "motion": in_place(camera.motion),
    "noise": in_place(camera.noise),
    "jpeg": in_place(camera.low_jpeg),
    "light": in_place(light.uneven_light),
    "shadow": in_place(light.shadow),
    "glare": in_place(light.glare),
    "dark": in_place(light.low_light),
    "screen": in_place(light.screen),
    "crease": in_place(sheet_wear.crease),
    "crumple": in_place(sheet_wear.crumple),
    "finger": in_place(sheet_wear.finger),
    "fade": in_place(sheet_wear.fade),
    "toner": in_place(sheet_wear.weak_toner),
    "stamp": in_place(sheet_wear.stamp),
    "copy": in_place(office.photocopy),
}
"""Damages by name; turns are clockwise by so many degrees (a reader undoes turn90 by 270)."""


def shoot(image: Image.Image, names: Sequence[str], seed: int = 0) -> Shot:
    """Apply the named damages (keys of DAMAGES) in order; the same seed gives the same picture.

    Raises KeyError for a name that is not in DAMAGES.
    """
    rng = random.Random(f"damage/{seed}")
    shot = Shot(image.convert("RGB"))
    for name in names:
        shot = shot.then(DAMAGES[name](shot.picture, rng))
    return shot


def damage(image: Image.Image, names: Sequence[str], seed: int = 0) -> Image.Image:
    """The picture alone of `shoot`."""
    return shoot(image, names, seed).picture


def phone_photo(image: Image.Image, seed: int = 0) -> Image.Image:
    """The paper photographed by hand on a desk, PHONE_SIDE px long."""
    return damage(image, ["phone"], seed)
