from django.contrib import admin
from modeltranslation.admin import TabbedTranslationAdmin

from directory.admin.translations import RecordsTranslations
from themes.models import Theme, Topic


@admin.register(Theme)
class ThemeAdmin(RecordsTranslations, TabbedTranslationAdmin):
    list_display = ["title", "slug", "group", "position"]
    list_filter = ["group"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["title_fr", "slug"]
    prepopulated_fields = {"slug": ["title_fr"]}


@admin.register(Topic)
class TopicAdmin(RecordsTranslations, TabbedTranslationAdmin):
    list_display = ["title", "theme", "position"]
    list_filter = ["theme"]
    list_select_related = ["theme"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["title_fr", "slug", "theme__title_fr"]
    autocomplete_fields = ["theme"]
    prepopulated_fields = {"slug": ["title_fr"]}
