"""Who changed what, when and why."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class ActQuerySet(models.QuerySet):
    def on(self, kind, object_id):
        """Acts that changed an object, named by its kind (a key of directory.states.RECORDED) and primary key."""
        return self.filter(Exists(Change.objects.filter(act=OuterRef("pk"), kind=kind, object_id=object_id)))

    def with_deletions(self):
        return self.filter(Exists(Change.objects.filter(act=OuterRef("pk"), after__isnull=True)))


class Act(models.Model):
    """What one person did at once, be it to one entry or to a whole file of them: it can be undone as one."""

    class Origin(models.TextChoices):
        EDIT = "edit", _("edited in the admin")
        TRANSLATION = "translation", pgettext_lazy("origin of a change", "translated")
        IMPORT = "import", _("imported from a file")
        UNDO = "undo", _("undone or restored")
        LOAD = "load", _("loaded with a new version of the site")
        PROGRAM = "program", _("changed by a program")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # Kept beside the account, which may be deleted one day.
    by = models.CharField(_("who"), max_length=150, blank=True)
    origin = models.CharField(_("how"), max_length=11, choices=Origin, default=Origin.PROGRAM)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    what = models.CharField(_("what"), max_length=250, blank=True, help_text=_("The names of the first three."))
    size = models.PositiveIntegerField(_("number of things"), default=0)
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")

    objects = ActQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = pgettext_lazy("in the history", "change")
        verbose_name_plural = pgettext_lazy("in the history", "changes")

    def __str__(self):
        return date_format(timezone.localtime(self.at), "DATETIME_FORMAT")


# What is edited on the page of another object has its history there too.
PARTS = {"resource": ("branch", "branches"), "situation": ("step", "steps")}


class ChangeQuerySet(models.QuerySet):
    def of(self, kind, instance):
        """Changes of an object and of its parts: branches of an entry, steps of a situation, be they gone since."""
        changes = models.Q(kind=kind, object_id=instance.pk)
        if kind in PARTS:
            part, related_name = PARTS[kind]
            changes |= models.Q(kind=part, object_id__in=getattr(instance, related_name).values("pk"))
            # What is gone names its owner by the address that this had then.
            slugs = {instance.slug, *self.filter(kind=kind, object_id=instance.pk).values_list("slug", flat=True)}
            changes |= models.Q(**{"kind": part, f"before__{kind}__in": sorted(slugs)})
        return self.filter(changes)


class Change(models.Model):
    """What an act did to one object: the state of its changed fields before and after (see directory.states).

    `before` is None for an object that was added, `after` for one that was deleted.
    """

    act = models.ForeignKey(Act, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10)
    object_id = models.PositiveBigIntegerField()
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "object_id"], name="change_of_object")]

    def __str__(self):
        return self.name
