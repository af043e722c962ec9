from django.contrib import admin

from directory.admin.areas import AreaAdmin
from directory.admin.base import ContentAdmin
from directory.models import EmptySearch, Synonym


@admin.register(Synonym)
class SynonymAdmin(ContentAdmin):
    list_display = ["said", "means", "language"]
    list_filter = ["language"]
    search_fields = ["said", "means"]
    show_facets = admin.ShowFacets.ALWAYS


@admin.register(EmptySearch)
class EmptySearchAdmin(AreaAdmin, admin.ModelAdmin):
    """What people looked for in vain: a synonym or an entry may be missing. Counted by the site, never typed here."""

    list_display = ["words", "language", "count", "last_on"]
    list_filter = ["language", "last_on"]
    search_fields = ["words"]
    readonly_fields = list_display

    def has_add_permission(self, request):
        return False
