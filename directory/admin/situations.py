from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from directory.admin.publication import PublicationAdmin
from directory.admin.translations import TranslatedAdmin, TranslatedInline
from directory.models import Situation, Step


class StepInline(TranslatedInline):
    model = Step
    fields = ["title", "text", "resources", ("slug", "position")]
    view_on_site = False  # the situation's own link shows its steps
    autocomplete_fields = ["resources"]
    prepopulated_fields = {"slug": ["title_fr"]}

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("resources")


@admin.register(Situation)
class SituationAdmin(PublicationAdmin, TranslatedAdmin):
    list_display = ["title", "step_count", "position", "is_published"]
    list_filter = ["is_published"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["title_fr", "summary_fr", "slug", "steps__title_fr", "steps__text_fr"]
    prepopulated_fields = {"slug": ["title_fr"]}
    actions = [*PublicationAdmin.actions, *TranslatedAdmin.actions]
    fields = ["title", "summary", "source", ("slug", "position"), ("is_published", "withdrawn_on")]
    readonly_fields = ["withdrawn_on"]
    inlines = [StepInline]
    save_on_top = True

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(step_count=Count("steps", distinct=True))

    @admin.display(description=_("number of steps"), ordering="step_count")
    def step_count(self, situation):
        return situation.step_count


@admin.register(Step)
class StepAdmin(TranslatedAdmin):
    """Steps are written with their situation; a list of their own takes them away and brings them back."""

    list_display = ["title", "situation", "position"]
    list_select_related = ["situation"]
    list_filter = ["situation"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["title_fr", "text_fr", "slug"]
    autocomplete_fields = ["situation", "resources"]
    prepopulated_fields = {"slug": ["title_fr"]}
