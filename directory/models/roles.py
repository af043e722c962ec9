"""Who may change what."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models.places import Department
from themes.models import Theme


class EditorArea(models.Model):
    """What an editor without the permission to edit everywhere may change: see directory.roles."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="area", verbose_name=_("user"))
    departments = models.ManyToManyField(
        Department,
        blank=True,
        related_name="editor_areas",
        verbose_name=_("departments"),
        help_text=_("For an editor of a territory or theme, who only changes what is entirely in these."),
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="editor_areas", verbose_name=_("themes"))

    class Meta:
        verbose_name = _("editor's area")
        verbose_name_plural = _("editors' areas")
        permissions = [
            ("edit_everywhere", "Can change entries everywhere"),
            ("view_statistics", "Can view statistics"),
        ]

    def __str__(self):
        return ", ".join(map(str, (*self.departments.all(), *self.themes.all())))
