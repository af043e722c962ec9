"""Places are official data, loaded from files: here they are looked up, not edited."""

from django.contrib import admin

from directory.admin.read_only import ReadOnlyAdmin
from directory.models import Commune, Department, Epci, PostalCode, Region
from directory.places import normalise_name


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    list_display = ["name", "code"]
    search_fields = ["name", "code"]


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "region", "prefecture_town"]
    list_display_links = ["code", "name"]
    list_select_related = ["region"]
    list_filter = ["region"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["code", "name"]


@admin.register(Epci)
class EpciAdmin(ReadOnlyAdmin):
    list_display = ["name", "code"]
    search_fields = ["name", "code", "communes__search_name"]


class PostalCodeInline(admin.TabularInline):
    model = PostalCode
    extra = 0


@admin.register(Commune)
class CommuneAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "department", "epci"]
    list_select_related = ["department", "epci"]
    search_fields = ["search_name", "code", "postal_codes__code"]
    inlines = [PostalCodeInline]

    def get_search_results(self, request, queryset, search_term):
        """Look communes up as people type them: without accents, with "st" for "saint"."""
        return super().get_search_results(request, queryset, normalise_name(search_term))
