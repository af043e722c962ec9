"""What readers may see: drafts, what is published, and what was and no longer is."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PublicationQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    def drafts(self):
        """What no reader has seen yet."""
        return self.filter(is_published=False, was_published=False)


class Publication(models.Model):
    """An object with a page of its own, which readers see or do not.

    Its page was seen once `was_published`: from then on its address never answers “not found” again. The day it was
    taken away is known only of what was taken away through save().
    """

    is_published = models.BooleanField(_("published"), default=True)
    was_published = models.BooleanField(_("has been published"), default=False, editable=False)
    withdrawn_on = models.DateField(_("no longer published since"), null=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *, update_fields=None, **options):
        self.derive()
        if update_fields is not None and "is_published" in update_fields:
            update_fields = {*update_fields, "was_published", "withdrawn_on"}
        super().save(update_fields=update_fields, **options)

    def derive(self):
        """Fill in what follows from the rest; bulk writes, which save nothing one by one, call it too."""
        self.was_published = self.was_published or self.is_published
        if self.is_published:
            self.withdrawn_on = None
        elif self.was_published:
            self.withdrawn_on = self.withdrawn_on or timezone.localdate()
