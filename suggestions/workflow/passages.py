"""Canned passages of a department (常用语): its people keep them, everybody's are the office's."""

from django.core.exceptions import PermissionDenied

from ..models import Passage
from ..permissions import may_edit_passage


def keep_passage(passage, *, by, **words):
    """Write a passage anew or change it: ``words`` are its fields. Raises PermissionDenied."""
    passage = passage or Passage()
    if passage.pk and not may_edit_passage(by, passage):
        raise PermissionDenied
    for name, value in words.items():
        setattr(passage, name, value)
    if not may_edit_passage(by, passage):
        raise PermissionDenied
    passage.save()
    return passage
