"""The site as processes of its own, for tests that kill them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

from tests.support.databases import SECRET
from tests.support.mailbox import free_port
from tests.support.sources import ROOT


class Site:
    """`tgfair run` on a free loopback port, with settings as a server would have them."""

    def __init__(self, database_url: str, instance: Path, **settings: str) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        instance.mkdir(parents=True, exist_ok=True)
        self.env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TGFAIR_SECRET_KEY": SECRET,
            "TGFAIR_DATABASE_URL": database_url,
            "TGFAIR_BASE_URL": self.address,
            "TGFAIR_INSTANCE": str(instance),
            **settings,
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start another command of the same installation, e.g. `worker`."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tgfair.cli", *arguments],
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def call(
        self, *arguments: str, given: bytes = b"", **settings: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run another command of the same installation to its end, with `given` on its input."""
        return subprocess.run(
            [sys.executable, "-m", "tgfair.cli", *arguments],
            env={**self.env, **settings},
            input=given,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def start(self) -> subprocess.Popen[bytes]:
        """Start the web server and wait until it answers."""
        process = self.command("run")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert process.poll() is None, "the site ended at once; see its message above"
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=5).close()  # noqa: S310 -- loopback
            except OSError:
                time.sleep(0.05)
            else:
                return process
        raise AssertionError("the site did not answer within 30 s")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process as a power cut would."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        for process in [*self.running]:
            self.kill(process)
