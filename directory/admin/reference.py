from django.contrib import admin

from directory.admin.base import ContentAdmin
from directory.admin.translations import TranslatedAdmin
from directory.models import Contact, GlossaryTerm


@admin.register(Contact)
class ContactAdmin(ContentAdmin):
    list_display = ["name", "group", "email", "department", "is_personal"]
    list_select_related = ["department"]
    list_filter = ["group", "is_personal"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["name", "email"]
    autocomplete_fields = ["department", "resource"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(TranslatedAdmin):
    list_display = ["term", "expansion", "in_lexique"]
    list_filter = ["in_lexique"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["term", "expansion_fr", "definition_fr"]
    prepopulated_fields = {"slug": ["term"]}
