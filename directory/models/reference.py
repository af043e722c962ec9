"""The guide's address book and its glossary."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models.places import Department
from directory.models.resources import Resource


class Contact(models.Model):
    class Group(models.TextChoices):
        INSTITUTION = "institution", _("Institutions")
        AUTHORITY = "collectivite", _("Local authorities")
        ASSOCIATION = "association", _("Associations and private bodies")

    slug = models.SlugField(_("address"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=120)
    group = models.CharField(_("group"), max_length=12, choices=Group)
    email = models.EmailField(_("e-mail"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("department")
    )
    resource = models.ForeignKey(
        Resource, models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("entry")
    )
    is_personal = models.BooleanField(
        _("a named person's address"),
        default=False,
        help_text=_("Published with this person's agreement: shown on the contacts page and nowhere else."),
    )
    source = models.CharField(_("source"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{reverse('contacts')}#{self.slug}"


class GlossaryTerm(models.Model):
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    term = models.CharField(_("term"), max_length=60, help_text=_("As it is written on the letters people receive."))
    expansion = models.CharField(_("full name"), max_length=200, blank=True)
    definition = models.CharField(_("meaning"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=300)
    in_lexique = models.BooleanField(_("in the guide's glossary"), default=False)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")

    def __str__(self):
        return self.term

    def get_absolute_url(self):
        return f"{reverse('glossary')}#{self.slug}"
