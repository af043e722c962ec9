"""How the guide is organised: nine themes and the project group, each with its sub-headings as topics."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Theme(models.Model):
    class Group(models.TextChoices):
        NEED = "theme", _("theme of the guide")
        PROJECT = "projet", _("running a project")

    slug = models.SlugField(_("address"), unique=True, help_text=_("Other sites link to it: it does not change."))
    title = models.CharField(_("title"), max_length=80)
    summary = models.CharField(_("summary"), max_length=200, help_text=_("One sentence."))
    context = models.TextField(_("context"), blank=True, help_text=_("Markdown."))
    source = models.CharField(_("source"), max_length=300, blank=True)
    group = models.CharField(_("group"), max_length=10, choices=Group, default=Group.NEED)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("theme", args=[self.slug])


class Topic(models.Model):
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="topics", verbose_name=_("theme"))
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    source = models.CharField(_("source"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["theme__position", "position", "slug"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"{reverse('theme', args=[self.theme.slug])}#{self.slug}"
