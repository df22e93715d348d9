"""A phone with the gate's page, driven as a volunteer drives it."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.support.gate_world import pair_in_browser
from tgfair import clock
from tgfair.models import Scan
from tgfair.policy import SYSTEM
from tgfair.services import gates
from tgfair.services.uow import reader

FIELD = "Mã 8 ký tự hoặc tên"
NEXT_VERDICT = "(before) => document.querySelector('#verdict').dataset.scan != before"
ALL_SCANS = """() => new Promise((resolve) => {
  const request = indexedDB.open("tgfair-gate");
  request.onsuccess = () => {
    const all = request.result.transaction("scans").objectStore("scans").getAll();
    all.onsuccess = () => { request.result.close(); resolve(all.result); };
  };
})"""


def pair(page: Page, fair, gate: int = 1) -> None:
    """Pair the phone, and wait until it has its list and its files."""
    pair_in_browser(page, new_code(fair, gate))
    expect(page.locator("#queue")).to_have_attribute("data-reach", "online")
    expect(page.locator("[data-subject=list]")).to_have_count(0)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def new_code(fair, gate: int = 1) -> str:
    """A pairing code in clear."""
    gates.create_pairing(SYSTEM, fair.id, gate, now=clock.real_now())
    return gates.newest_pairing(SYSTEM, fair.id, gate).code


def enter(page: Page, text: str) -> str:
    """Type a code, or what a USB scanner types; return the code of the verdict then shown."""
    return next_verdict(page, lambda: typed(page, text))


def typed(page: Page, text: str) -> None:
    """Type into the one field and press Enter."""
    page.locator("#entry").fill(text)
    page.locator("#entry").press("Enter")


def next_verdict(page: Page, act) -> str:
    """Do something that ends in a verdict; return its code."""
    before = page.locator("#verdict").get_attribute("data-scan")
    act()
    page.wait_for_function(NEXT_VERDICT, arg=before)
    return page.locator("#verdict").get_attribute("data-code")


def beat(page: Page) -> None:
    """Let the phone think that the network is back."""
    page.evaluate("dispatchEvent(new Event('online'))")


def kept_in(page: Page) -> list[dict]:
    """Every scan in the phone."""
    return page.evaluate(ALL_SCANS)


def waiting_in(page: Page) -> list[dict]:
    """The scans that the server has not named."""
    return [scan for scan in kept_in(page) if scan.get("waits")]


def on_server() -> dict[str, Scan]:
    """Every scan on the server, by its id."""
    reader().rollback()
    return {row.scan_id: row for row in reader().scalars(select(Scan).order_by(Scan.seq))}
