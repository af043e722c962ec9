"""What is listed: resources, and their branches in the territories."""

import re
from collections import Counter, defaultdict
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Abs, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.links import LinkedQuerySet
from directory.models.places import Commune, Department, Epci, Region
from directory.models.publication import Publication, PublicationQuerySet
from directory.models.search import SearchText
from directory.search.expressions import Among
from themes.models import Topic


class Rung(models.IntegerChoices):
    """The steps of the widening ladder (rule 1 of the design), from a place outwards, in the order they are shown."""

    COMMUNE = 0, _("In this commune or its group of communes")
    HERE = 1, _("Here")
    NEIGHBOURS = 2, _("In the neighbouring departments")
    REGION = 3, _("For the whole region")
    NATIONAL = 4, _("Everywhere in France")
    ELSEWHERE = 5, _("Practices to take up from elsewhere")


LOCAL_RUNGS = (Rung.COMMUNE, Rung.HERE)
SERVING_RUNGS = (*LOCAL_RUNGS, Rung.REGION, Rung.NATIONAL)


# Six months: contacts and conditions rarely hold longer without anybody looking.
VERIFICATION_HOLDS = timedelta(days=183)


def oldest_good_day():
    """The first of the days on which a verification still holds today."""
    return timezone.localdate() - VERIFICATION_HOLDS


LONG_FIELDS = tuple(f"body_{language}" for language, _name in settings.LANGUAGES)


class ResourceQuerySet(PublicationQuerySet, LinkedQuerySet):
    def verified_lately(self):
        return self.filter(verified_on__gte=oldest_good_day())

    def to_verify(self):
        """Entries never verified, or more than six months ago."""
        return self.filter(Q(verified_on=None) | Q(verified_on__lt=oldest_good_day()))

    def matching(self, search):
        """Entries that answer a directory.search.Search."""
        return self.filter(Among(search.resource_ids))

    def ranked(self, search):
        """Annotate each entry with its `relevance` to a Search, the higher the better."""
        best = search.texts(SearchText.Kind.RESOURCE).scored(search).filter(object_id=OuterRef("pk")).order_by("-score")
        return self.annotate(relevance=Subquery(best.values("score")[:1]))

    def practices(self):
        """What is worth copying elsewhere."""
        return self.filter(is_practice=True)

    def on_topics(self, topics):
        """Entries that belong to one of the topics: Topic objects, or a queryset of them."""
        return self.filter(Exists(Resource.topics.through.objects.filter(resource=OuterRef("pk"), topic__in=topics)))

    def in_theme(self, theme):
        return self.on_topics(theme.topics.all())

    def near(self, place):
        """Annotate each entry with the rung of the ladder it stands on, seen from a place."""
        located = Resource.departments.through.objects.filter(resource=OuterRef("pk"))
        grouped = Resource.epcis.through.objects.filter(resource=OuterRef("pk"))
        named = Resource.communes.through.objects.filter(resource=OuterRef("pk"))
        regional = Resource.regions.through.objects.filter(resource=OuterRef("pk"))
        return self.annotate(
            rung=Case(
                When(scope=Resource.Scope.NATIONAL, then=Value(Rung.NATIONAL)),
                When(
                    Exists(named.filter(commune__in=place.communes)) | Exists(grouped.filter(epci__in=place.epcis)),
                    then=Value(Rung.COMMUNE),
                ),
                When(Exists(located.filter(department__in=place.departments)), then=Value(Rung.HERE)),
                When(Exists(regional.filter(region__in=place.regions)), then=Value(Rung.REGION)),
                When(Exists(located.filter(department__in=place.neighbours)), then=Value(Rung.NEIGHBOURS)),
                default=Value(Rung.ELSEWHERE),
            )
        )

    def serving(self, place):
        """Entries that serve a place: its own, its region's, the national ones, in that order."""
        return self.near(place).filter(rung__in=SERVING_RUNGS).order_by("rung", "slug")

    def widened(self, place):
        """What leads on where a place has nothing of its own: neighbours, region, France, practices from elsewhere."""
        reachable = Q(rung__lt=Rung.ELSEWHERE) | Q(rung=Rung.ELSEWHERE, is_practice=True)
        return self.near(place).filter(reachable).order_by("rung", "slug")

    def local_counts(self):
        """{department code: Counter of its own entries by theme slug, and under None in all}, in two queries."""
        counts = defaultdict(Counter)
        entries = self.exclude(departments=None).order_by()
        for code, count in entries.values_list("departments").annotate(Count("pk", distinct=True)):
            counts[code][None] = count
        for code, slug, count in entries.values_list("departments", "topics__theme__slug").annotate(
            Count("pk", distinct=True)
        ):
            counts[code][slug] = count
        return counts

    def with_borders(self, place):
        """Annotate each entry with the `borders` crossed by land from a place to the nearest of its departments."""
        return self.annotate(
            borders=Min(
                "departments__distances_to__borders",
                filter=Q(departments__distances_to__origin__in=place.departments),
            )
        )

    def practices_from_elsewhere(self, place):
        """Practices of other territories: the nearest first by land borders crossed, those overseas last, and among
        equals those of the departments as rural as the place."""
        alike = Abs(F("departments__rural_share") - Value(place.rural_share, models.FloatField()))
        return (
            self.practices()
            .exclude(scope=Resource.Scope.NATIONAL)
            .near(place)
            .exclude(rung__in=LOCAL_RUNGS)
            .with_borders(place)
            .annotate(alike=Min(alike))
            .order_by(F("borders").asc(nulls_last=True), F("alike").asc(nulls_last=True), "slug")
        )

    def related_to(self, resource):
        """Other entries of the same topics, those that share most first."""
        return (
            self.filter(topics__in=resource.topics.all())
            .exclude(pk=resource.pk)
            .annotate(shared=Count("topics"))
            .order_by("-shared", "slug")
        )

    def funders(self):
        """Who may pay for a project, and how (annexe 2 of the guide)."""
        return self.filter(kind=Resource.Kind.FUNDER)

    def with_presence(self):
        """Annotate each entry with whether it has branches anywhere, so that one without any here can be named."""
        return self.annotate(has_branches=Exists(Branch.objects.filter(resource=OuterRef("pk"))))

    def without_bodies(self):
        """Leave the longest columns, eight languages of text, in the database."""
        return self.defer(*LONG_FIELDS)

    def for_cards(self, place=None, *, with_body=False):
        """Load what a card shows: places, topics and, seen from a place, the branches that serve it.

        The bodies stay behind unless the words of a search are to be shown in them.
        """
        branches = Branch.objects.serving(place.departments) if place else Branch.objects.none()
        entries = self if with_body else self.without_bodies()
        return entries.prefetch_related(
            "departments",
            "regions",
            Prefetch("topics", Topic.objects.select_related("theme")),
            Prefetch("branches", branches, to_attr="branches_here"),
        )


class Resource(Publication):
    """One thing a reader can use or copy."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisme", _("Organisation")
        SCHEME = "dispositif", _("Scheme")
        TOOL = "outil", _("Tool")
        TRAINING = "formation", _("Training")
        DOCUMENT = "document", _("Document")
        INITIATIVE = "initiative", _("Local initiative")
        FUNDER = "financeur", _("Funder")
        ACTOR = "acteur", _("Actor of the territory")

    class Scope(models.TextChoices):
        LOCAL = "local", _("Local")
        DEPARTMENTAL = "departemental", _("Departmental")
        REGIONAL = "regional", _("Regional")
        NATIONAL = "national", _("National")

    slug = models.SlugField(_("address"), unique=True, max_length=80)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=200, help_text=_("One sentence."))
    body = models.TextField(
        _("body"), blank=True, help_text=_("What it is, for whom, how to use it, where. Markdown, 40 to 150 words.")
    )
    kind = models.CharField(_("type"), max_length=12, choices=Kind)
    # Empty when the source does not say where it works: such an entry is found, but serves no place.
    scope = models.CharField(_("scope"), max_length=13, choices=Scope, blank=True)
    topics = models.ManyToManyField(Topic, related_name="resources", verbose_name=_("topics"))
    departments = models.ManyToManyField(
        Department, blank=True, related_name="resources", verbose_name=_("departments")
    )
    regions = models.ManyToManyField(Region, blank=True, related_name="resources", verbose_name=_("regions"))
    communes = models.ManyToManyField(Commune, blank=True, related_name="resources", verbose_name=_("communes"))
    epcis = models.ManyToManyField(Epci, blank=True, related_name="resources", verbose_name=_("groups of communes"))
    organisation = models.CharField(_("carrying organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    url = models.URLField(_("link"), blank=True, max_length=300)
    source = models.CharField(_("source"), max_length=300, help_text=_("Where this comes from."))
    verified_on = models.DateField(
        _("verified on"), null=True, blank=True, help_text=_("The day someone last checked that this is true.")
    )
    is_practice = models.BooleanField(_("practice worth copying elsewhere"), default=False)
    replaced_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
        help_text=_("Once this entry is no longer published, its page leads there."),
    )
    created_at = models.DateTimeField(_("created on"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        # The slug is made of the French title: an order of its own, the same in every database and collation.
        ordering = ["slug"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("resource", args=[self.slug])

    def clean(self):
        """Raise ValidationError where what replaces this entry is replaced by it, directly or in the end."""
        if self.replaced_by_id:
            check_replaced(self, dict(Resource.objects.exclude(replaced_by=None).values_list("pk", "replaced_by")))

    @property
    def replacement(self):
        """The published entry at the end of what replaces this one; None when nothing does."""
        unseen = Resource.objects.filter(is_published=False).exclude(replaced_by=None)
        steps, pk = dict(unseen.values_list("pk", "replaced_by")), self.pk
        while pk in steps:
            pk = steps.pop(pk)
        return Resource.objects.published().exclude(pk=self.pk).filter(pk=pk).for_cards().first()

    @property
    def is_to_verify(self):
        return self.verified_on is None or self.verified_on < oldest_good_day()

    @property
    def is_from_elsewhere(self):
        """For an entry seen `near` a place: true when it serves others and not that one."""
        return self.rung not in SERVING_RUNGS


def check_verified(day):
    """Raise ValidationError for a verification in the days to come: no list would show that entry again until then.

    Ask for a day that is newly written: those in the database may come from a machine whose clock was right.
    """
    if day and day > timezone.localdate():
        raise ValidationError({"verified_on": _("This day is still to come.")})


def check_replaced(resource, steps):
    """Raise ValidationError where what replaces an entry is replaced by it, by {key: that of what replaces it}."""
    steps, pk = steps.copy(), resource.replaced_by_id
    while pk and pk != resource.pk:
        pk = steps.pop(pk, None)
    if pk:
        message = _("An entry cannot replace itself, nor be replaced by one that it replaces.")
        raise ValidationError({"replaced_by": message})


# The relations that say where an entry works.
PLACES = ("departments", "regions", "communes", "epcis")


def check_places(scope, departments, regions, communes, epcis):
    """Raise ValidationError, by field, where the places of an entry contradict its scope.

    A national entry has no place, nor has one whose territory is not known; a regional one has regions, a departmental
    or local one has departments, and a commune or a group of communes stands in one of them. `departments` and
    `regions` hold codes, `communes` INSEE codes, `epcis` SIREN numbers.
    """
    errors = {}
    if scope in ("", Resource.Scope.NATIONAL) and (departments or regions or communes or epcis):
        errors["scope"] = _("A national entry serves the whole country: remove its places or change its scope.")
    if scope == Resource.Scope.REGIONAL and not regions:
        errors["regions"] = _("A regional entry needs at least one region.")
    if scope in (Resource.Scope.DEPARTMENTAL, Resource.Scope.LOCAL) and not departments:
        errors["departments"] = _("A departmental or local entry needs at least one department.")
    if outside := [code for code in communes if not code.startswith(tuple(departments))]:
        errors["communes"] = _("These communes are in none of the entry's departments: %(codes)s.") % {
            "codes": ", ".join(outside)
        }
    if epcis and (outside := Epci.objects.filter(pk__in=epcis).exclude(communes__department__in=departments)):
        errors["epcis"] = _("These groups of communes are in none of the entry's departments: %(names)s.") % {
            "names": ", ".join(str(epci) for epci in outside)
        }
    if errors:
        raise ValidationError(errors)


def check_partial_date(text):
    """Raise ValidationError unless a text is a year, a month or a day that exists: 2024, 2024-07 or 2024-07-30."""
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        text = ""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        raise ValidationError(_("Write a year, a month or a day: 2024, 2024-07 or 2024-07-30."))


class BranchQuerySet(LinkedQuerySet):
    def serving(self, departments):
        """Branches of published entries that serve one of the departments, with what is known of their links."""
        return self.with_link().filter(
            Exists(Branch.departments.through.objects.filter(branch=OuterRef("pk"), department__in=departments)),
            resource__is_published=True,
        )

    def old(self):
        """Branches whose source is from before last year, as `is_old` says of one."""
        return self.exclude(dated="").filter(dated__lt=str(timezone.localdate().year - 1))

    def with_resource(self):
        return self.select_related("resource").defer(*(f"resource__{name}" for name in LONG_FIELDS))

    def of_general_actors(self):
        """Those to call first whatever the theme: the prefecture, the State's social services, the AGIR operator."""
        return self.filter(resource__slug__in=["prefecture", "ddets", "agir"])


class Branch(models.Model):
    """A resource's door in a territory (antenne)."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="branches", verbose_name=_("entry"))
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=200)
    departments = models.ManyToManyField(Department, related_name="branches", verbose_name=_("departments"))
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    url = models.URLField(_("link"), blank=True, max_length=300)
    source = models.CharField(_("source"), max_length=300)
    dated = models.CharField(
        _("date of the source"),
        max_length=10,
        blank=True,
        validators=[check_partial_date],
        help_text=_("As precise as it is known: 2024, 2024-07 or 2024-07-30."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = BranchQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("branch")
        verbose_name_plural = _("branches")

    def __str__(self):
        return self.name

    @property
    def is_reachable(self):
        """True when we know a way to reach it."""
        return bool(self.phone or self.email or self.url)

    @property
    def is_old(self):
        """True when its source is from before last year: people move, so the reader is told."""
        return bool(self.dated) and int(self.dated[:4]) < timezone.localdate().year - 1
