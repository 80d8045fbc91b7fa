"""Taking in uploaded files: each for itself, whatever is wrong with another."""

import logging

from django.conf import settings
from django.utils.translation import gettext as _

from fzportal.forms import clean_line
from suggestions import uploads, workflow

logger = logging.getLogger(__name__)


def keep_each(files, attach) -> list[str]:
    """Examine each of ``files`` and hand what was found to ``attach``; gives what is wrong with them.

    What ``attach`` raises beside TooMany and OSError goes on.
    """
    return list(filter(None, [keep(file, attach) for file in files]))


def keep(file, attach):
    """The same for one file; gives what is wrong with it, or nothing."""
    name = clean_line(file.name)[-uploads.NAME_LENGTH :]
    try:
        if file.is_lost:
            raise OSError(name)
        attach(uploads.examine(file))
    except uploads.Refused as refused:
        return _("%(name)s: %(problem)s") % {"name": name, "problem": refused}
    except workflow.TooMany:
        most = settings.ATTACHMENTS_PER_SUGGESTION
        return _("%(name)s: no more than %(most)d files can be attached.") % {"name": name, "most": most}
    except OSError:
        logger.exception("An uploaded file could not be stored")
        return _("%(name)s: the portal cannot store files just now. Please try again later.") % {"name": name}
    return None
