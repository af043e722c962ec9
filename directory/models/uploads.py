"""Tables that editors sent to be imported and have not confirmed yet."""

import csv
import gzip
import io
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT = timedelta(days=1)


class UploadQuerySet(models.QuerySet):
    def forgotten(self):
        """Those that nobody confirmed in a day."""
        return self.filter(at__lt=timezone.now() - KEPT)


class Upload(models.Model):
    """The rows of a table as they were read and checked, waiting in the database, where every process finds them."""

    kind = models.CharField(max_length=10)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    row_count = models.PositiveIntegerField()
    # CSV, packed: each row begins with its number in the file it comes from.
    table = models.BinaryField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.name

    def pack(self, headers, rows):
        """Keep rows, (number, {column: text}); the caller saves."""
        packed, self.row_count = io.BytesIO(), 0
        with gzip.open(packed, "wt", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["", *headers])
            for number, row in rows:
                writer.writerow([number, *row.values()])
                self.row_count += 1
        self.table = packed.getvalue()

    def rows(self):
        """Yield (number, {column: text}), a row at a time."""
        with gzip.open(io.BytesIO(self.table), "rt", encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            _number, *headers = next(reader)
            for number, *cells in reader:
                yield int(number), dict(zip(headers, cells, strict=True))
