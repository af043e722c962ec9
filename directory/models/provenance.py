"""Where each translated text comes from."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

TRANSLATION_LANGUAGES = [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


class State(models.TextChoices):
    """What a reader or a translator should know of a translated text; derived from fingerprints, never stored."""

    MISSING = "missing", pgettext_lazy("state of a translation", "missing")
    OUTDATED = "outdated", pgettext_lazy("state of a translation", "French changed since")
    UNCHECKED = "unchecked", pgettext_lazy("state of a translation", "not checked")
    CHECKED = "checked", pgettext_lazy("state of a translation", "checked")


def state_of(made_from, checked_by, french):
    """The State of a text that is there: made from French with one fingerprint, beside French that now has another."""
    if made_from != french:
        return State.OUTDATED
    return State.CHECKED if checked_by else State.UNCHECKED


class ProvenanceQuerySet(models.QuerySet):
    def of(self, instances, language):
        """Provenance of the texts of some objects in one language, without the French they were made from."""
        by_type = {}
        for instance in instances:
            by_type.setdefault(ContentType.objects.get_for_model(instance), []).append(instance.pk)
        condition = models.Q(pk__in=[])
        for content_type, pks in by_type.items():
            condition |= models.Q(content_type=content_type, object_id__in=pks)
        return self.filter(condition, language=language).defer("source_text")

    def of_model(self, model, language):
        """Provenance of all the texts of a model in one language, without the French they were made from."""
        content_type = ContentType.objects.get_for_model(model)
        return self.filter(content_type=content_type, language=language).defer("source_text")


class Provenance(models.Model):
    """One text (an object's field in one language): the French it was made from, by what, and who checked it."""

    class Origin(models.TextChoices):
        MACHINE = "machine", pgettext_lazy("origin of a translation", "a machine")
        PERSON = "person", pgettext_lazy("origin of a translation", "a person")

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    field = models.CharField(max_length=40)
    language = models.CharField(max_length=5, choices=TRANSLATION_LANGUAGES)
    source_text = models.TextField()
    source_fingerprint = models.CharField(max_length=16)
    origin = models.CharField(max_length=7, choices=Origin)
    made_by = models.CharField(max_length=150, blank=True)
    made_on = models.DateField(default=timezone.localdate)
    checked_by = models.CharField(max_length=150, blank=True)
    checked_on = models.DateField(null=True, blank=True)

    objects = ProvenanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language", "field"], name="provenance_once_per_text"
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by="", checked_on=None)
                | ~models.Q(checked_by="") & ~models.Q(checked_on=None),
                name="provenance_checked_by_someone_some_day",
            ),
        ]
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        default_permissions = ()
        permissions = [(f"translate_{code}", f"Can translate into {code}") for code, _name in TRANSLATION_LANGUAGES]

    def __str__(self):
        return f"{self.content_type.model}/{self.object_id}#{self.field} ({self.language})"

    @property
    def model(self):
        """The model of the object, from Django's cache of content types."""
        return ContentType.objects.get_for_id(self.content_type_id).model_class()

    def state(self, french):
        """The State of this text beside the French as it now stands, compared by fingerprint."""
        from directory.translations import fingerprint

        return state_of(self.source_fingerprint, self.checked_by, fingerprint(french))
