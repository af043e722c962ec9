"""What an official meets one morning, and what to do about it, in order."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from directory.models.publication import Publication, PublicationQuerySet
from directory.models.resources import Resource


class SituationQuerySet(PublicationQuerySet):
    def on_theme(self, theme):
        """Situations with a step that leads to a published entry of the theme."""
        entries = Resource.objects.published().in_theme(theme)
        return self.filter(Exists(Step.objects.filter(situation=OuterRef("pk"), resources__in=entries)))


class Situation(Publication):
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=120, help_text=_("As a mayor would say it."))
    summary = models.CharField(_("summary"), max_length=200, help_text=_("One sentence."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source"), max_length=300, help_text=_("Where this comes from."))

    objects = SituationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("situation")
        verbose_name_plural = _("situations")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("situation", args=[self.slug])


class StepQuerySet(models.QuerySet):
    def seen_from(self, place):
        """Load what each step leads to: the entries of the place first, with their branches there."""
        entries = Resource.objects.published().for_cards(place).near(place).with_presence().order_by("rung", "slug")
        return self.prefetch_related(Prefetch("resources", entries))


class Step(models.Model):
    situation = models.ForeignKey(Situation, models.CASCADE, related_name="steps", verbose_name=_("situation"))
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(
        _("text"), max_length=600, validators=[MaxLengthValidator(600)], help_text=_("Markdown, 600 characters.")
    )
    # A step added in the admin comes last until an editor says otherwise.
    position = models.PositiveSmallIntegerField(_("position"), default=99)
    resources = models.ManyToManyField(
        Resource,
        blank=True,
        related_name="steps",
        verbose_name=_("entries"),
        help_text=_("What to read or use, and who to call: those that have branches show the reader's own."),
    )

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["situation", "position", "slug"]
        verbose_name = pgettext_lazy("of a situation", "step")
        verbose_name_plural = pgettext_lazy("of a situation", "steps")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{self.situation.get_absolute_url()}#{self.slug}"

    # Both for a step that was `seen_from` a place:

    @property
    def branches_here(self):
        """Who to call in that place."""
        return [branch for entry in self.resources.all() for branch in entry.branches_here]

    @property
    def to_read(self):
        """The entries that have nobody to call there."""
        return [entry for entry in self.resources.all() if not entry.branches_here]
