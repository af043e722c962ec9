from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils.translation import get_language, gettext_lazy as _

from directory.admin.base import ContentAdmin
from directory.admin.filters import DepartmentFilter, SourceYearFilter, ThemeFilter, VerifiedFilter
from directory.admin.links import LinkStateMixin
from directory.admin.publication import PublicationAdmin
from directory.admin.reports import WithMessages
from directory.admin.translations import TranslatedAdmin
from directory.admin.verification import VerifiedToday
from directory.models import Branch, Resource
from directory.models.resources import PLACES, check_places, check_verified
from directory.search.query import understand


class ResourceForm(forms.ModelForm):
    """The entry form: it says, beside the field, what the places of an entry lack for its scope, and what day of
    verification cannot be."""

    def clean(self):
        cleaned = super().clean()
        codes = {name: [place.pk for place in cleaned.get(name) or []] for name in PLACES}
        if "scope" in cleaned:
            self.ask(check_places, cleaned["scope"], **codes)
        if "verified_on" in self.changed_data:
            self.ask(check_verified, cleaned.get("verified_on"))
        return cleaned

    def ask(self, check, *args, **kwargs):
        try:
            check(*args, **kwargs)
        except ValidationError as error:
            self.add_error(None, error)


class BranchInline(admin.StackedInline):
    model = Branch
    extra = 0
    autocomplete_fields = ["departments"]
    prepopulated_fields = {"slug": ["name"]}
    fields = [("name", "slug"), "departments", ("email", "phone"), "url", ("source", "dated", "position")]
    show_change_link = True
    classes = ["collapse"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("departments")


@admin.register(Resource)
class ResourceAdmin(VerifiedToday, LinkStateMixin, WithMessages, PublicationAdmin, TranslatedAdmin):
    form = ResourceForm
    list_display = [
        "title",
        "kind",
        "scope",
        "place_codes",
        "branch_count",
        "is_practice",
        "is_published",
        "verified_on",
    ]
    list_filter = [
        VerifiedFilter,
        "is_published",
        "was_published",
        ThemeFilter,
        DepartmentFilter,
        "kind",
        "scope",
        "is_practice",
    ]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["slug"]
    search_help_text = _("Words of the title, summary, body or organisation, without minding accents.")
    date_hierarchy = "updated_at"
    autocomplete_fields = ["topics", "departments", "regions", "communes", "epcis", "replaced_by"]
    prepopulated_fields = {"slug": ["title_fr"]}
    readonly_fields = ["withdrawn_on", "created_at", "updated_at"]
    save_on_top = True
    actions = [*VerifiedToday.actions, *PublicationAdmin.actions, *TranslatedAdmin.actions]
    inlines = [BranchInline]
    fieldsets = [
        (None, {"fields": ["title", "summary", "body"]}),
        (_("What it is"), {"fields": [("kind", "is_practice"), "topics", "organisation", "slug"]}),
        (
            _("Where"),
            {
                "fields": ["scope", "departments", "regions", "communes", "epcis"],
                "description": _(
                    "A local or departmental entry needs a department, "
                    "a regional one a region; a national one has none."
                ),
            },
        ),
        (_("How to reach it"), {"fields": [("email", "phone"), "url", "link_state"]}),
        (_("Publication"), {"fields": [("is_published", "withdrawn_on"), "replaced_by"]}),
        (_("Where this comes from"), {"fields": ["source", "verified_on", ("created_at", "updated_at")]}),
    ]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .prefetch_related("departments", "regions")
            .annotate(branch_count=Count("branches", distinct=True))
        )

    def formfield_for_dbfield(self, db_field, request, **options):
        field = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name == "replaced_by":  # a cross beside it would delete the other entry, not the choice
            field.widget.can_delete_related = False
        return field

    def get_search_results(self, request, queryset, search_term):
        """As readers search: without accents, with synonyms and other languages, by address too."""
        if not search_term.strip():
            return queryset, False
        found = Resource.objects.matching(understand(search_term, get_language(), reads_places=False))
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(slug__icontains=search_term.strip())), False

    @admin.display(description=_("places"))
    def place_codes(self, resource):
        return ", ".join(place.pk for place in (*resource.departments.all(), *resource.regions.all()))

    @admin.display(description=_("branches"), ordering="branch_count")
    def branch_count(self, resource):
        return resource.branch_count


@admin.register(Branch)
class BranchAdmin(LinkStateMixin, ContentAdmin):
    list_display = ["name", "resource", "email", "phone", "dated"]
    list_select_related = ["resource"]
    list_filter = [
        SourceYearFilter,
        DepartmentFilter,
        ("resource", admin.RelatedOnlyFieldListFilter),
    ]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["name", "email", "departments__name", "departments__code"]
    autocomplete_fields = ["resource", "departments"]
    prepopulated_fields = {"slug": ["name"]}

    def view_on_site(self, branch):
        return f"{branch.resource.get_absolute_url()}#{branch.slug}" if branch.resource.is_published else None
