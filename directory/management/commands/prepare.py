from django.core.management import call_command
from django.core.management.base import BaseCommand

from directory.models.reports import forget_old_emails


class Command(BaseCommand):
    help = "Bring the database to this version of the code and of the content files; safe to run at every start."

    def handle(self, **options):
        self.stdout.write("Database: applying migrations")
        call_command("migrate", verbosity=0)
        self.stdout.write("Content: loading what changed")
        call_command("load_content", stdout=self.stdout)
        call_command("create_groups")
        forget_old_emails()
