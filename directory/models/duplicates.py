from itertools import combinations

from django.db import models


class NotDuplicateQuerySet(models.QuerySet):
    def pairs(self, kind):
        """{(slug, slug)} of the objects of a kind that are two things, each pair in order."""
        return set(self.filter(kind=kind).values_list("first", "second"))

    def say(self, kind, slugs):
        """Remember that these objects of a kind, which look alike, are different things."""
        self.bulk_create(
            [NotDuplicate(kind=kind, first=first, second=second) for first, second in combinations(sorted(slugs), 2)],
            ignore_conflicts=True,
        )


class NotDuplicate(models.Model):
    """Two objects that an editor looked at and said to be different, by their slugs."""

    kind = models.CharField(max_length=10)
    first = models.CharField(max_length=100)
    second = models.CharField(max_length=100)

    objects = NotDuplicateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "first", "second"], name="not_duplicate_once")]

    def __str__(self):
        return f"{self.first} ≠ {self.second}"
