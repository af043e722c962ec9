from itertools import combinations

from django.db import models
from django.utils import timezone


class NotDuplicateQuerySet(models.QuerySet):
    def say(self, kind, slugs, by):
        """Remember that these objects of a kind, which look alike, are different things, and who said so."""
        pairs = combinations(sorted(slugs), 2)
        self.bulk_create(
            [NotDuplicate(kind=kind, first=first, second=second, by=by) for first, second in pairs],
            ignore_conflicts=True,
        )


class NotDuplicate(models.Model):
    """Two objects that an editor looked at and said to be different, by their slugs in order."""

    kind = models.CharField(max_length=10)
    first = models.CharField(max_length=100)
    second = models.CharField(max_length=100)
    by = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = NotDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "first", "second"], name="not_duplicate_once")]

    def __str__(self):
        return f"{self.first} ≠ {self.second}"

    @property
    def slugs(self):
        return self.first, self.second
