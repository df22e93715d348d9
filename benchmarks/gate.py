"""C4: a phone at the gate with ten thousand badges, six times slower than this machine."""

from __future__ import annotations

import gzip
import tempfile
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median

from PIL import Image
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.figure import Figure, note
from benchmarks.server import free_port, granian
from benchmarks.world import World, world
from tests.support.gate_world import launch_with_camera, token_of, write_badges
from tgfair import clock
from tgfair.documents.qr import badge_matrix, matrix_png
from tgfair.models import Fair
from tgfair.policy import SYSTEM
from tgfair.services import gates
from tgfair.services.uow import reader

BADGES, SHOWN, THROTTLE = 10_000, 12, 6
SECONDS_A_BADGE, FRAMES_A_SECOND = 2, 30
ROUNDS = 5
SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 1_600_000 / 8,
}
# From the text of a code to the verdict on the screen, as after the decoder.
VERDICT_MS = """(token) => new Promise((resolve) => {
  const card = document.querySelector("#verdict");
  const started = performance.now();
  new MutationObserver((_, watch) => {
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - started));
  }).observe(card, { attributes: true, attributeFilter: ["data-scan"] });
  document.querySelector("#entry").value = token;
  document.querySelector("#entry-form").requestSubmit();
})"""
HAS_VERDICT = "() => document.querySelector('#verdict').dataset.scan"
HAS_TEN = "() => document.querySelectorAll('#recent-list li').length >= 10"
FORGET_FILES = """async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}"""


def figures() -> Iterator[Figure]:
    """Yield the size of the list, the times of starting and judging, the badges a minute."""
    port = free_port()
    with world("sqlite") as made, tempfile.TemporaryDirectory() as folder:
        tokens, code, device = made.run(lambda: _fill(made))
        film = _film(Path(folder) / "badges.mjpeg", tokens[:SHOWN])
        with (
            granian("tgfair.app:create_app", processes=1, env=made.env(port), port=port),
            sync_playwright() as playwright,
        ):
            base = f"http://127.0.0.1:{port}"
            yield Figure("C4-list", _list_size(base, device) / 1000, "kB", 500)
            browser = launch_with_camera(playwright, film)
            page = browser.new_context(base_url=base, permissions=["camera"]).new_page()
            tools = page.context.new_cdp_session(page)
            _pair(page, code)
            yield from _times(page, tools, tokens[SHOWN:])
            browser.close()


def _times(page: Page, tools: CDPSession, tokens: list[str]) -> Iterator[Figure]:
    before = page.locator("#recent-list li").count()
    assert before == 0
    yield Figure("C4-badges-a-minute", _rate(page), "", 20, at_least=True)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    warm = median(_start(page) for _ in range(ROUNDS))
    yield Figure("C4-warm-start", warm, "s", 1.0)
    page.reload()
    page.locator("#gate").wait_for()
    judged = [page.evaluate(VERDICT_MS, token) for token in tokens]
    note(f"C4 verdict: median {median(judged):.0f} ms, longest {max(judged):.0f} ms")
    yield Figure("C4-verdict", median(judged), "ms", 150)
    page.evaluate(FORGET_FILES)
    tools.send("Network.clearBrowserCache")
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    tools.send("Network.emulateNetworkConditions", SLOW_LINE)
    yield Figure("C4-cold-start", _start(page), "s", 4.0)


def _fill(made: World) -> tuple[list[str], str, str]:
    now = clock.real_now()
    fair = reader().get_one(Fair, made.fair_id)
    written = write_badges(fair, BADGES)
    gates.create_gate(SYSTEM, fair.id, "Cổng chính", now=now)
    codes = []
    for _ in range(2):
        gates.create_pairing(SYSTEM, fair.id, 1, now=now)
        pairing = gates.newest_pairing(SYSTEM, fair.id, 1)
        assert pairing is not None
        codes.append(pairing.code)
    device = gates.pair(codes[1], "Đo", now=now).token
    return [token_of(badge) for badge in written[: SHOWN + 20]], codes[0], device


def _list_size(base: str, token: str) -> int:
    asked = urllib.request.Request(  # noqa: S310 -- loopback
        f"{base}/api/v1/gate/snapshot",
        headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 -- loopback
        body = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    note(f"C4 list of {BADGES} badges: {len(gzip.decompress(body)) / 1000:.0f} kB unpacked")
    return len(body)


def _pair(page: Page, code: str) -> None:
    page.goto(f"/cong/ghep/{code}")
    page.get_by_label("Tên máy này").fill("Máy đo")
    page.get_by_role("button", name="Ghép máy này").click()
    page.locator("#gate").wait_for()
    page.wait_for_function("() => !document.querySelector('[data-subject=list]')")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def _start(page: Page) -> float:
    """Open the page, start the camera as soon as that can be tapped, wait for the first verdict."""
    page.goto("/cong/")
    page.locator("#start").click()
    page.wait_for_function(HAS_VERDICT)
    return float(page.evaluate("performance.now()")) / 1000


def _rate(page: Page) -> float:
    page.locator("#start").click()
    page.wait_for_function(HAS_VERDICT)
    begun = page.evaluate("performance.now()")
    page.wait_for_function(HAS_TEN, timeout=120_000)
    return 9 * 60_000 / (float(page.evaluate("performance.now()")) - float(begun))


def _film(path: Path, tokens: list[str]) -> Path:
    """One badge after the other before the lens, two seconds each."""
    frames = []
    for token in tokens:
        picture = Image.new("RGB", (640, 480), "#8a8f88")
        card = Image.open(BytesIO(matrix_png(badge_matrix(token), scale=6))).convert("RGB")
        picture.paste(card.rotate(8, fillcolor="#8a8f88"), (170, 85))
        stream = BytesIO()
        picture.save(stream, "JPEG", quality=85)
        frames.append(stream.getvalue() * (SECONDS_A_BADGE * FRAMES_A_SECOND))
    path.write_bytes(b"".join(frames))
    return path
