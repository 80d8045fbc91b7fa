"""``manage.py seed``: the reference rows; with ``--demo`` (or in demo mode) the demo city as well."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fzportal import demo, reference


class Command(BaseCommand):
    """Adds what is missing; what stands is left as it is. Safe at every start."""

    help = "Load divisions, holidays, themes, reasons and promises; --demo adds the demo city."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="also load the demo city (needs DEBUG)")

    def handle(self, *args, **options):
        reference.load()
        if options["demo"] and not settings.DEBUG:
            raise CommandError("The demo city is invented: it is loaded only with DEBUG=1.")
        if (options["demo"] or settings.DEMO) and demo.load():
            self.stdout.write("Demo city loaded.")
