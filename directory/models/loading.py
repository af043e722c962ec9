from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedRecord(models.Model):
    """What the loader last wrote for one record of the content files.

    A field whose value no longer has the fingerprint written here was edited since, and a record whose object is gone
    was deleted on purpose: the loader leaves both alone. Groups are remembered in the same way (directory.groups).
    """

    key = models.CharField(_("key"), max_length=160, primary_key=True)
    fingerprints = models.JSONField(_("fingerprints"), default=dict)

    class Meta:
        verbose_name = _("loaded record")
        verbose_name_plural = _("loaded records")

    def __str__(self):
        return self.key
