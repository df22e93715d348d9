"""Build the wheel, install it into a clean environment, start it there and fetch two pages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CARRIED = (
    "tgfair/migrations/env.py",
    "tgfair/migrations/versions/0001",
    "tgfair/templates/",
    "tgfair/static/",
    "tgfair/data/",
)


def build(folder: Path) -> Path:
    """Return the wheel, built offline with the locked backend."""
    pip = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-index"]
    command = [*pip, "--no-build-isolation", "-w", folder, ROOT]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def check_contents(wheel: Path) -> None:
    """Refuse a wheel without what the running site reads."""
    names = zipfile.ZipFile(wheel).namelist()
    missing = [part for part in CARRIED if not any(name.startswith(part) for name in names)]
    if missing:
        raise SystemExit(f"the wheel lacks: {', '.join(missing)}")


def install(folder: Path, wheel: Path) -> Path:
    """Return the folder of programs of a clean environment with the wheel in it."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
    locks = ["-r", ROOT / "requirements.lock", "-r", ROOT / "requirements-solver.lock"]
    subprocess.run([*pip, "--require-hashes", *locks], check=True)
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    return folder / "bin"


def fetch(url: str) -> int:
    """Return the status of a page, 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- loopback only
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def start_and_fetch(programs: Path, folder: Path) -> dict[str, int]:
    """Start the installed site in an empty folder, in the C locale, and fetch its pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    settings = {
        "PATH": os.environ["PATH"],
        "LANG": "C",
        "HOME": str(folder),
        "TGFAIR_BASE_URL": address,
        "TGFAIR_INSTANCE": str(folder / "Hội chợ"),
    }
    server = subprocess.Popen(
        [programs / "tgfair", "run"], cwd=folder, env=settings, start_new_session=True
    )
    pages = ("/healthz", "/")
    try:
        deadline = time.monotonic() + 120
        while fetch(address + pages[0]) == 0 and time.monotonic() < deadline:
            if server.poll() is not None:
                raise SystemExit(f"the installed site ended at once with code {server.returncode}")
            time.sleep(0.2)
        return {page: fetch(address + page) for page in pages}
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def main() -> None:
    """Fail with one sentence when an installed wheel does not serve the site."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder)
        check_contents(wheel)
        programs = install(folder / "venv", wheel)
        found = start_and_fetch(programs, folder)
    if set(found.values()) != {200}:
        raise SystemExit(f"the installed site answered {found}")
    print(f"{wheel.name}: built, installed, started, {found}")


if __name__ == "__main__":
    main()
