"""One public function for each thing that a person or a job asks for.

Each opens its own transaction (`services.uow`), checks the policy on the freshly loaded row,
decides in `core`, writes, and queues the mails owed. Services call other services downwards only.
"""
