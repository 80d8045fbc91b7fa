"""The office's room: the queues, one case with its acts, what the office looks after, imports."""

from . import catalogue, exports, imports, proposals, suggestion, terms

__all__ = ["catalogue", "exports", "imports", "proposals", "suggestion", "terms"]
