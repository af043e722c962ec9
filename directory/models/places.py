"""Places: official codes and boundaries (Code officiel géographique), never a radius, never a name to match."""

from django.db import connections, models
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("region", args=[self.code])


class Department(models.Model):
    code = models.CharField(_("code"), max_length=3, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name=_("region"))
    prefecture_town = models.CharField(_("prefecture town"), max_length=60)
    neighbours = models.ManyToManyField("self", blank=True, verbose_name=_("neighbours"))
    rural_share = models.FloatField(
        _("rural share"),
        null=True,
        help_text=_("Share of its inhabitants, in %, who live in communes of fewer than 2,000."),
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self):
        return f"{self.name} ({self.code})"

    def get_absolute_url(self):
        return reverse("department", args=[self.code])


class DepartmentDistance(models.Model):
    """How many borders one crosses by land from a department to another; no row where the sea lies between.

    Derived from the neighbours by the loader of places, so that "nearest first" is a plain sort for the database.
    """

    origin = models.ForeignKey(Department, models.CASCADE, related_name="distances")
    destination = models.ForeignKey(Department, models.CASCADE, related_name="distances_to")
    borders = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "destination"], name="department_distance_once")]

    def __str__(self):
        return f"{self.origin_id}–{self.destination_id}: {self.borders}"


class Epci(models.Model):
    """A group of communes that act together (établissement public de coopération intercommunale)."""

    code = models.CharField(_("SIREN number"), max_length=9, primary_key=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ["name"]
        verbose_name = _("group of communes")
        verbose_name_plural = _("groups of communes")

    def __str__(self):
        return self.name


class CommuneQuerySet(models.QuerySet):
    def with_department(self):
        return self.select_related("department__region", "epci")

    def starting_with(self, name):
        """Communes whose name, as `normalise_name` writes it, starts with these letters, the shortest first."""
        found = self.filter(search_name__startswith=name)
        if connections[self.db].vendor == "sqlite":  # whose LIKE reads no index, as PostgreSQL's does
            found = found.filter(search_name__gte=name, search_name__lt=f"{name[:-1]}{chr(ord(name[-1]) + 1)}")
        return found.order_by(Length("search_name"), "search_name", "code")


class Commune(models.Model):
    code = models.CharField(_("INSEE code"), max_length=5, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    search_name = models.CharField(max_length=60, db_index=True, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="communes", verbose_name=_("department"))
    epci = models.ForeignKey(
        Epci, models.SET_NULL, null=True, related_name="communes", verbose_name=_("group of communes")
    )

    objects = CommuneQuerySet.as_manager()

    class Meta:
        ordering = ["search_name", "code"]
        verbose_name = _("commune")
        verbose_name_plural = _("communes")

    def __str__(self):
        return f"{self.name} ({self.department_id})"

    def get_absolute_url(self):
        return reverse("commune", args=[self.code])


class PostalCode(models.Model):
    code = models.CharField(_("postal code"), max_length=5, db_index=True)
    commune = models.ForeignKey(Commune, models.CASCADE, related_name="postal_codes", verbose_name=_("commune"))

    class Meta:
        ordering = ["code", "commune"]
        constraints = [models.UniqueConstraint(fields=["code", "commune"], name="postal_code_once_per_commune")]
        verbose_name = _("postal code")
        verbose_name_plural = _("postal codes")

    def __str__(self):
        return self.code
