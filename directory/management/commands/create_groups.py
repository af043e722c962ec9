from django.core.management.base import BaseCommand
from django.db import transaction

from directory.groups import create_groups


class Command(BaseCommand):
    help = "Create the groups of editors, translators and readers of statistics, with their permissions."

    @transaction.atomic
    def handle(self, **options):
        create_groups()
