from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from directory.loading.content import ContentError, load_content
from directory.loading.places import load_places
from directory.search import index


class Command(BaseCommand):
    help = "Load the places and the guide's content from fixtures/. Never overwrites what an editor changed since."

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, default=settings.CONTENT_DIR)
        parser.add_argument("--dry-run", action="store_true", help="check and report, keep nothing")

    @transaction.atomic
    def handle(self, *, folder, dry_run, **options):
        communes = load_places(folder / "places")
        self.stdout.write("places: already loaded" if communes is None else f"places: {communes} communes")
        try:
            report = load_content(folder)
        except ContentError as error:
            raise CommandError(f"The content is refused, nothing was written:\n{error}") from error
        self.stdout.write("content: already loaded" if report is None else str(report))
        if index.ensure_current():
            self.stdout.write("search: index rebuilt")
        transaction.set_rollback(dry_run)
