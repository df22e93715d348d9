"""Reads of jobs."""

from __future__ import annotations

from tgfair.models.job import Job
from tgfair.policy import Actor, visible_to
from tgfair.services.uow import find, reader


def job_of(actor: Actor, public_id: str) -> Job:
    """Return a job that the actor may see.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    return find(reader(), Job, Job.public_id == public_id, visible_to(actor, Job))
