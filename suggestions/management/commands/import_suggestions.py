"""Takes in a file of suggestions: ``manage.py import_suggestions FILE --source 12345 --channel phone``."""

import time
from pathlib import Path

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from suggestions.intake import columns, readers, report, runner, tables
from suggestions.models import ImportRun, Suggestion

CHANNELS = ("phone", "paper", "station", "system")


class Command(BaseCommand):
    """A run can be broken off at any moment: the worker goes on with it, or the same command; nothing comes twice."""

    help = "Takes in suggestions from a CSV, XLSX or JSONL file. The same file again adds nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", help="where the rows come from; with their numbers it makes them known again")
        parser.add_argument("--channel", choices=CHANNELS, default=Suggestion.Channel.SYSTEM.value)
        parser.add_argument(
            "--map", nargs="+", action="extend", default=[], metavar="OURS=THEIRS", dest="pairs",
            help=f"our field and the column that fills it; ours: {', '.join(columns.BY_NAME)}",
        )  # fmt: skip
        parser.add_argument("--category-column", metavar="THEIRS", help="short for --map category=THEIRS")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")

    def handle(self, *, file, source, channel, pairs, category_column, dry_run, **options):
        if category_column:
            pairs = [*pairs, f"category={category_column}"]
        run = self.prepare(file, source or file.stem, channel, pairs, dry_run)
        began = time.monotonic()
        runner.work(run, heard=self.heard)
        self.tell(run, time.monotonic() - began)
        if run.state == ImportRun.State.FAILED:
            raise CommandError(run.error)

    def prepare(self, path, source, channel, pairs, dry_run):
        """A run of ``path``, leased to this process. Raises CommandError."""
        if len(source) > 40:
            raise CommandError("--source may have up to 40 characters.")
        try:
            with path.open("rb") as file:
                mapping = self.mapping(tables.open_table(file).headings, pairs)
                return ImportRun.objects.create(
                    file=File(file, name=path.name), name=path.name[:120], source=source, channel=channel,
                    columns=mapping, is_dry=dry_run, state=ImportRun.State.RUNNING,
                    lease_until=timezone.now() + runner.LEASE,
                )  # fmt: skip
        except (OSError, readers.Unreadable) as error:
            raise CommandError(str(error)) from error

    def mapping(self, headings, pairs):
        """Heading -> field: what is guessed, overruled by ``pairs``; columns left out are named."""
        chosen = {}
        for pair in pairs:
            ours, _sign, theirs = pair.partition("=")
            if ours not in columns.BY_NAME or not theirs:
                raise CommandError(f"--map {pair}: write OURS=THEIRS; ours: {', '.join(columns.BY_NAME)}")
            chosen[theirs] = ours
        guessed = {h: name for h, name in columns.guess(headings).items() if name not in chosen.values()}
        mapping = guessed | chosen
        columns.check(mapping, headings)
        self.stdout.write("Columns: " + ", ".join(f"{theirs} -> {ours}" for theirs, ours in mapping.items()))
        if left := [heading for heading in headings if heading not in mapping]:
            self.stdout.write("Left out: " + ", ".join(left))
        return mapping

    def heard(self, run):
        """After every batch."""
        self.stdout.write(f"\r{run.done} of {run.total}", ending="")
        self.stdout.flush()

    def tell(self, run, seconds):
        """The report."""
        self.stdout.write(
            f"\r{run.done} rows in {seconds:.1f} s ({run.done / max(seconds, 0.001):.0f} rows/s): "
            f"{'would take in' if run.is_dry else 'taken in'} {run.taken}, known already {run.known}, "
            f"rejected {run.rejected}."
        )
        for reason, rows in report.reasons(run):
            self.stdout.write(f"  {rows} × {reason}")
