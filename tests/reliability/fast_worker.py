"""A worker whose clocks run fast, for tests that kill it: `fast_worker OWNER LEASE_SECONDS`."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from tgfair.app import create_app
from tgfair.mail import transport
from tgfair.services import mail_domains, outbox

IDLE_SECONDS = 0.05


def main() -> None:
    """Deliver until killed."""
    owner, lease = sys.argv[1], float(sys.argv[2])
    outbox.LEASE, outbox.MARGIN = timedelta(seconds=lease), timedelta(seconds=2)
    outbox.BACKOFF = tuple(timedelta(milliseconds=150) for _ in outbox.BACKOFF)
    transport.TIMEOUT_SECONDS = 1
    mail_domains.REST = timedelta(milliseconds=300)
    with create_app().app_context():
        while True:
            if not outbox.deliver_due(owner=owner).tried:
                time.sleep(IDLE_SECONDS)


if __name__ == "__main__":
    main()
