"""What is typed in a form, seen as readers would see it, and never saved."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.urls import resolve
from django.utils.translation import get_language, get_language_info, gettext as _, override

from directory.search import index
from directory.translations import SOURCE

PREVIEW = "_preview"
LANGUAGE = "_preview_language"


def is_preview(data):
    return PREVIEW in data


class WithPreview(admin.ModelAdmin):
    """Saves the form in a transaction that is rolled back, and answers with the public page as it was inside."""

    def changeform_view(self, request, *args, **kwargs):
        if not is_preview(request.POST):
            return super().changeform_view(request, *args, **kwargs)
        with index.left_alone(), transaction.atomic():
            response = super().changeform_view(request, *args, **kwargs)
            transaction.set_rollback(True)
        return response

    def response_add(self, request, obj, *args, **kwargs):
        return (
            preview(request, obj) if is_preview(request.POST) else super().response_add(request, obj, *args, **kwargs)
        )

    def response_change(self, request, obj):
        return preview(request, obj) if is_preview(request.POST) else super().response_change(request, obj)

    def render_change_form(self, request, context, *args, **kwargs):
        if hasattr(self.model, "get_absolute_url") and (
            context["original"] is None or self.has_change_permission(request, context["original"])
        ):
            context["preview_languages"] = settings.LANGUAGES
        return super().render_change_form(request, context, *args, **kwargs)


def preview(request, instance):
    """The public page of an object that was just written, even a draft, in the language that was asked for."""
    if hasattr(instance, "is_published"):
        type(instance)._base_manager.filter(pk=instance.pk).update(is_published=True)
    asked = request.POST.get(LANGUAGE)
    language = asked if asked in dict(settings.LANGUAGES) else SOURCE
    banner = {
        "text": _("Preview. Nothing is saved: close this tab to go on writing."),
        "language": get_language_info(get_language()),
    }
    with override(language):
        page = HttpRequest()
        page.method = "GET"
        page.path = page.path_info = urlsplit(instance.get_absolute_url()).path
        page.META = request.META | {"PATH_INFO": page.path, "QUERY_STRING": ""}
        page.preview = banner
        view = resolve(page.path)
        response = view.func(page, *view.args, **view.kwargs)
    response.headers["Content-Language"] = language
    return response
