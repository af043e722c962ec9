from django.contrib import admin

from directory.admin.publication import AddressAdmin
from directory.admin.translations import TranslatedAdmin
from themes.models import Theme, Topic


@admin.register(Theme)
class ThemeAdmin(AddressAdmin, TranslatedAdmin):
    list_display = ["title", "slug", "group", "position"]
    list_filter = ["group"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["title_fr", "slug"]
    prepopulated_fields = {"slug": ["title_fr"]}


@admin.register(Topic)
class TopicAdmin(AddressAdmin, TranslatedAdmin):
    list_display = ["title", "theme", "position"]
    list_filter = ["theme"]
    list_select_related = ["theme"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["title_fr", "slug", "theme__title_fr"]
    autocomplete_fields = ["theme"]
    prepopulated_fields = {"slug": ["title_fr"]}
