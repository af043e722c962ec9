from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from directory.models.provenance import TRANSLATION_LANGUAGES, Provenance
from directory.translations.exchange import FORMATS, ONLY, export, import_texts

LONGEST_NAME = Provenance._meta.get_field("made_by").max_length


class Command(BaseCommand):
    help = "Take the translations of the content away to volunteers and their tools, and bring them back."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        taking = actions.add_parser("export", help="write a PO or XLIFF file")
        bringing = actions.add_parser("import", help="read one back: says what it would do, and does it with --save")
        for action in (taking, bringing):
            action.add_argument("--language", required=True, choices=[code for code, _ in TRANSLATION_LANGUAGES])
        taking.add_argument("--format", required=True, choices=FORMATS)
        taking.add_argument("--only", default="", metavar=",".join(ONLY), help="texts in these states; all by default")
        taking.add_argument("--output", type=Path, metavar="FILE", help="standard output by default")
        bringing.add_argument("file", type=Path, metavar="FILE")
        bringing.add_argument("--save", action="store_true", help="keep it; without, nothing is written")
        bringing.add_argument("--by", default="", metavar="NAME", help="who made the translations")

    def handle(self, *, action, **options):
        (self.take if action == "export" else self.bring)(**options)

    def take(self, *, language, format, only, output, **options):
        states = only.split(",") if only else []
        if unknown := set(states) - set(ONLY):
            raise CommandError(f"--only: {', '.join(sorted(unknown))}: not among {', '.join(ONLY)}")
        data = export(language, format, only=states)
        if output is None:
            self.stdout.write(data.decode("utf-8"), ending="")
            return
        try:
            Path(output).write_bytes(data)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}") from error

    def bring(self, *, language, file, save, by, **options):
        if len(by) > LONGEST_NAME:
            raise CommandError(f"--by: longer than {LONGEST_NAME} characters")
        try:
            data = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        with transaction.atomic():
            report = import_texts(data, language, by=by)
            transaction.set_rollback(not save)
        self.stdout.write(str(report))
        if report.refused:
            raise CommandError("The file is refused as a whole, nothing was written.")
        if not save:
            self.stdout.write("Nothing was written: say --save to keep it.")
