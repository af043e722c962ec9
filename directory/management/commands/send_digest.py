from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from directory.models.reports import forget_old_emails
from directory.reports.digest import send_digests


class Command(BaseCommand):
    help = "Delete the readers' e-mail addresses that are too old, and tell editors what readers wrote; once a day."

    def handle(self, **options):
        self.stdout.write(f"Readers' e-mail addresses deleted: {forget_old_emails()}")
        if not settings.SENDS_EMAIL:
            self.stdout.write("E-mail is off: EMAIL_URL names no server.")
            return
        sent, failed = send_digests()
        self.stdout.write(f"E-mails to editors: {sent}")
        if failed:
            lines = (f"{name}: {error}" for name, error in failed.items())
            raise CommandError("\n".join(["E-mails that could not be sent:", *lines]))
