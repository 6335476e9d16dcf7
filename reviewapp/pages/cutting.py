"""One paper cut out of a photograph of several."""

import io

from PIL import Image

from reviewapp.pages.model import Box, PageImage

_QUALITY = 92


def cut(page: PageImage, region: Box) -> PageImage:
    """The region of a page (pixels of its jpeg) as a page of its own; text lines stay behind."""
    with Image.open(io.BytesIO(page.jpeg)) as whole:
        part = whole.crop(region)
    out = io.BytesIO()
    part.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return PageImage(page.number, part.width, part.height, out.getvalue())
