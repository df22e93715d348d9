"""The public draw of the demo fair: one zone, two people who type the number, published."""

from __future__ import annotations

from datetime import timedelta

from tgfair.cli.demo.people import STAFF
from tgfair.cli.demo.square import DECIDED
from tgfair.cli.demo.stage import at
from tgfair.core.draw.sources import SourceKind
from tgfair.models.draw import DrawMode
from tgfair.models.fair import Fair
from tgfair.policy import Actor
from tgfair.services.draw_numbers import type_number
from tgfair.services.draws import DrawPlan, freeze_list
from tgfair.services.queries import demo_story as reading

ZONES = ("E",)
NUMBER = "07 45 12 93 21 60"


def draw(fair: Fair) -> None:
    """Freeze the list of the drinks' zone, and draw it from the number that was read out."""
    first, second = (
        Actor(user_id=reading.user_id(new.email), label=new.name, system=True) for new in STAFF[:2]
    )
    day = DECIDED + timedelta(days=1)
    plan = DrawPlan(
        DrawMode.BOOTHS,
        ZONES,
        SourceKind.HALL,
        "Hội trường UBND phường Đạo Thạnh",
        at(day, 9),
        objection_hours=12,
        leaves_aside=True,
    )
    number = freeze_list(second, fair.id, plan, now=at(DECIDED, 15))
    for person in (first, second):
        type_number(person, fair.id, number, NUMBER, now=at(day, 9, 30))
