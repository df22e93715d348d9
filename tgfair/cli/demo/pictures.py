"""Pictures of products for the demo, drawn here: a thing of the group's sort on a table."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = (960, 720)
# Group -> colour of the wall, colour of the goods, whether they stand in a jar.
LOOKS: Final = {
    "food": ("#dfe8d8", "#b5562a", True),
    "drink": ("#e6e0d4", "#8a2f3c", True),
    "herbal": ("#e3ead9", "#55732f", True),
    "craft": ("#ece3d6", "#a5793f", False),
    "ornamental": ("#d9e6e6", "#3f7d4a", False),
    "tourism": ("#d6e3ee", "#c98a2b", False),
}


@cache
def picture(group: str) -> bytes:
    """Return a JPEG, the same for every product of a group."""
    wall, goods, in_jars = LOOKS.get(group, LOOKS["food"])
    image = Image.new("RGB", SIZE, wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 520, 960, 720), fill="#8c6a4a")
    for left in (150, 390, 630):
        if in_jars:
            draw.rounded_rectangle((left, 240, left + 180, 560), 26, fill=goods)
            draw.rectangle((left + 20, 200, left + 160, 246), fill="#d9b44a")
            draw.rectangle((left, 350, left + 180, 470), fill="#fbf7ec")
            draw.rectangle((left + 24, 386, left + 156, 398), fill="#3a3a3a")
            draw.rectangle((left + 44, 420, left + 136, 430), fill="#8a8a8a")
        else:
            draw.ellipse((left - 20, 330, left + 200, 550), fill=goods)
            draw.ellipse((left + 20, 360, left + 110, 430), fill="#fbf7ec")
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
