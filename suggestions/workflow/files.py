"""Storing examined files: on the disk first, then as a row; what only half fitted on a full disk is taken off it."""

from django.core.files.base import ContentFile

from ..models.parts import attachment_path


def store(model, found, **about):
    """Store ``found`` (``uploads.Found``) as a ``model`` (a ``StoredFile``) with ``about``. Raises OSError."""
    storage = model._meta.get_field("file").storage
    path = attachment_path(None, "")
    try:
        path = storage.save(path, ContentFile(found.content))
    except OSError:
        storage.delete(path)
        raise
    return model.objects.create(
        file=path, name=found.name, content_type=found.content_type, size=len(found.content), width=found.width,
        height=found.height, **about,
    )  # fmt: skip
