"""Is everything said in Chinese? ``python -m tests.translations`` prints what is not and ends with 1.

Without gettext installed only the catalogue is read; with it, the sources are searched for what the catalogue lacks.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import polib

BASE_DIR = Path(__file__).resolve().parent.parent
CATALOGUE = BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
NOT_OURS = ["locale", "var", ".venv", "node_modules", "bench", "tests", "*/tests/*"]


def unfinished():
    """Message ids of the catalogue that are untranslated or fuzzy."""
    entries = polib.pofile(str(CATALOGUE))
    return [entry.msgid for entry in entries if not entry.obsolete and (entry.fuzzy or not entry.translated())]


def unknown():
    """Message ids in the sources that the catalogue does not have; needs gettext's programs."""
    from django.core.management import call_command
    from django.test import override_settings

    known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}
    # makemessages gives a source to the first locale folder beside or above it: ours stands beside `locale`.
    with tempfile.TemporaryDirectory(dir=BASE_DIR) as folder, override_settings(LOCALE_PATHS=[folder]):
        call_command("makemessages", locale=["zh_Hans"], ignore_patterns=NOT_OURS, no_location=True, verbosity=0)
        found = polib.pofile(str(Path(folder, "zh_Hans", "LC_MESSAGES", "django.po")))
        return [entry.msgid for entry in found if (entry.msgctxt, entry.msgid) not in known]


def main():
    import django

    os.chdir(BASE_DIR)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fzportal.settings")
    django.setup()
    lacking = [f"not translated: {text!r}" for text in unfinished()]
    if shutil.which("xgettext"):
        lacking += [f"not in the catalogue: {text!r}" for text in unknown()]
    print("\n".join(lacking) or "Every message is said in Chinese.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
