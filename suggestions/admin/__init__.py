"""The office's room: the queues, one case with its acts, what the office looks after, imports."""

from . import catalogue, imports, suggestion, terms

__all__ = ["catalogue", "imports", "suggestion", "terms"]
