from django.core.management.base import BaseCommand

from directory.models.provenance import TRANSLATION_LANGUAGES
from directory.translations.terms import departures

LANGUAGES = [code for code, _name in TRANSLATION_LANGUAGES]


class Command(BaseCommand):
    help = "List where translations depart from the term base (fixtures/terms.csv). Places to look at, not errors."

    def add_arguments(self, parser):
        parser.add_argument("--language", action="append", choices=LANGUAGES, help="repeatable; all by default")

    def handle(self, *, language, **options):
        for code in language or LANGUAGES:
            found = list(departures(code))
            for text, term, expected in found:
                self.stdout.write(f"{code} {text.key}: {term} → {expected}")
            self.stdout.write(f"{code}: {len(found)} departures")
