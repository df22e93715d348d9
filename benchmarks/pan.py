"""B7: the public plan of 500 booths under a finger, on a cheap phone's screen and processor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median, quantiles

from playwright.sync_api import CDPSession, FloatRect, Page, sync_playwright

from benchmarks.figure import Figure, note
from benchmarks.server import free_port, granian
from benchmarks.world import World, visitors, world
from tests.support.browser import launch
from tgfair import clock
from tgfair.core.layout.grid import GridRequest, grid_plan
from tgfair.core.layout.plan import Group
from tgfair.core.workflow import State
from tgfair.models import Application, Assignment, AssignmentSource, AssignmentState, Booth
from tgfair.policy import SYSTEM
from tgfair.services.plans import install_plan
from tgfair.services.publications import publish
from tgfair.services.uow import transaction

ROWS, COLUMNS, HOLDERS = 20, 25, 400
WIDTH, HEIGHT, DENSITY, THROTTLE = 360, 740, 2, 6
GOAL_MS = 25
SWIPES = 7
# When each frame was begun, and where the plan stood in it.
RECORD = """() => {
  const { style } = document.querySelector(".plan-svg");
  window.drawn = [];
  const tick = (at) => { window.drawn.push([at, style.transform]); requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""


def figures() -> Iterator[Figure]:
    """Yield the 95th percentile of the time of a frame while a finger drags the plan."""
    port = free_port()
    with world("sqlite") as made:
        made.run(lambda: _fill(made))
        with (
            granian("tgfair.app:create_app", processes=1, env=made.env(port), port=port),
            sync_playwright() as playwright,
        ):
            browser = launch(playwright)
            page = browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT},
                device_scale_factor=DENSITY,
                has_touch=True,
                is_mobile=True,
            ).new_page()
            page.goto(f"http://127.0.0.1:{port}/{made.slug}/so-do/")
            swipes = _pan(page)
            browser.close()
    times = [time for swipe in swipes for time in swipe]
    note(f"B7 {len(times)} frames, median {median(times):.1f} ms, longest {max(times):.1f} ms")
    # The median of the swipes: what else the machine does in one of them is not the plan's doing.
    yield Figure("B7-pan-p95", median(quantiles(one, n=20)[-1] for one in swipes), "ms", GOAL_MS)


def _fill(made: World) -> None:
    """Draw 500 booths, let 400 producers stand there, publish."""
    plan = grid_plan(
        GridRequest("Năm trăm gian", Group("A", "Khu chung", "#F6C65B"), ROWS, COLUMNS)
    )
    install_plan(SYSTEM, made.fair_id, plan, now=clock.real_now())
    codes = [one.code for one in visitors(made, HOLDERS, State.APPROVED)]
    with transaction() as session:
        booths = session.query(Booth).filter_by(fair_id=made.fair_id).order_by(Booth.label)
        holders = session.query(Application).where(Application.code.in_(codes))
        session.add_all(
            Assignment(
                fair_id=made.fair_id,
                booth_id=booth.id,
                application_id=holder.id,
                source=AssignmentSource.HAND,
                state=AssignmentState.LIVE,
                created_at=clock.real_now(),
            )
            for booth, holder in zip(booths, holders, strict=False)
        )
    publish(SYSTEM, made.fair_id, note=None, now=clock.real_now())


def _pan(page: Page) -> list[list[float]]:
    """Drag the plan to and fro at 6 times slower; return the times of each swipe's frames in ms."""
    page.locator(".plan.live").wait_for()
    for _ in range(2):
        page.get_by_role("button", name="Phóng to").click()
    view = page.locator("[data-plan-view]")
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    assert box is not None
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    _swipe(tools, box, 1)  # the first one decodes what the others reuse
    page.evaluate(RECORD)
    return [_frames(page, tools, box, 1 if turn % 2 else -1) for turn in range(SWIPES)]


def _frames(page: Page, tools: CDPSession, box: FloatRect, way: int) -> list[float]:
    page.evaluate("window.drawn = []")
    _swipe(tools, box, way)
    drawn: list[tuple[float, str]] = page.evaluate("window.drawn")
    places = {place for _, place in drawn}
    assert len(places) > len(drawn) / 2, "the plan did not follow the finger"
    return [later[0] - sooner[0] for sooner, later in pairwise(drawn)]


def _swipe(tools: CDPSession, box: FloatRect, way: int) -> None:
    """Drag a finger over the plan, as the browser's own gesture."""
    tools.send(
        "Input.synthesizeScrollGesture",
        {
            "x": box["x"] + box["width"] / 2,
            "y": box["y"] + box["height"] / 2,
            "xDistance": way * 150,
            "yDistance": way * 120,
            "speed": 300,
            "gestureSourceType": "touch",
            "preventFling": True,
        },
    )
