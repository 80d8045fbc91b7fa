"""PostgreSQL and Valkey from their wheels, and the processes of `make run`; nothing else in the project knows of them.

``python -m fzportal.embedded run`` starts the whole portal on this machine, ``... do COMMAND`` runs one command
with servers. Meant for development, demonstrations and tests; in production both servers are your own and
``DATABASE_URL`` and ``REDIS_URL`` name them.
"""

from .postgres import Postgres
from .processes import Failure, Family
from .valkey import Valkey

__all__ = ["Failure", "Family", "Postgres", "Valkey"]
