"""Finds the programs that the suite drives; `python -m tests.support.binaries` installs them.

Order of preference: the environment variable, the system's own, and for Chromium Playwright's
download. Nothing is skipped for want of a program: the run ends with one sentence that says what to
install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "chromium": ["chromium", "fonts-dejavu-core"],
    "postgresql": ["postgresql"],
    "zbarimg": ["zbar-tools"],
    "pdftotext": ["poppler-utils"],
}


class MissingProgramError(Exception):
    """A program of the tests is absent; the message says what to install."""


def find_chromium() -> str | None:
    """Return a Chromium that can be started, or None."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    cache = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright"
    ).expanduser()
    downloads = sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    return str(downloads[0]) if downloads else None


def find_postgres() -> Path | None:
    """Return the folder that holds `initdb` and `postgres`, the newest first, or None."""
    named = os.environ.get("POSTGRES_BIN")
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)
    )
    path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for folder in [Path(named)] if named else [*debian, *path]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def chromium() -> str:
    """Return the Chromium to drive.

    Raises:
        MissingProgramError: there is none.
    """
    found = find_chromium()
    if found is None:
        raise MissingProgramError("The browser tests need Chromium: apt install chromium")
    return found


def postgres() -> Path:
    """Return the folder of PostgreSQL's programs.

    Raises:
        MissingProgramError: there is none.
    """
    found = find_postgres()
    if found is None:
        raise MissingProgramError("The tests need a PostgreSQL server: apt install postgresql")
    return found


def missing_packages() -> list[str]:
    """Return the Debian packages whose programs are not there."""
    missing = []
    if find_chromium() is None:
        missing += PACKAGES["chromium"]
    if find_postgres() is None:
        missing += PACKAGES["postgresql"]
    for program in ("zbarimg", "pdftotext"):
        if shutil.which(program) is None:
            missing += PACKAGES[program]
    return missing


def main() -> int:
    """Install what is missing when root on Debian; otherwise name it."""
    packages = missing_packages()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing for the tests:", *packages, flush=True)
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*apt, "update"], check=False, env=quiet, stdin=subprocess.DEVNULL)
        subprocess.run(
            [*apt, "install", "-y", "--no-install-recommends", *packages],
            check=False,
            env=quiet,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        packages = missing_packages()
    if packages:
        print("The tests need: sudo apt install", *packages, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
