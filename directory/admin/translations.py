"""The translators' desk: what is to do in each language, and one object at a time beside its French."""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language_info, gettext as _, gettext_lazy
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline
from modeltranslation.utils import build_localized_fieldname

from directory.admin.base import ContentAdmin
from directory.admin.read_only import ReadOnlyAdmin
from directory.history import Act, act, name_of
from directory.models import Provenance, State
from directory.models.provenance import TRANSLATION_LANGUAGES
from directory.states import localized_columns
from directory.translations import SOURCE, fingerprint, plain, provenance, translated_fields, work
from directory.translations.integrity import problems
from themes.models import Theme

CHANGED_MEANWHILE = gettext_lazy("Someone changed this text meanwhile. Nothing is saved yet: compare, then save again.")
LOST = gettext_lazy("The translation does not keep what is in the French. Mend it, or tick “Save all the same”.")
OTHER_GROUPS = {work.SITUATIONS: gettext_lazy("Situations"), work.GLOSSARY: gettext_lazy("Glossary")}
PER_PAGE = 100
TODO = [State.MISSING, State.OUTDATED, State.UNCHECKED]


def languages_of(user):
    """The codes of the languages that a user may translate into."""
    return [code for code, _name in TRANSLATION_LANGUAGES if user.has_perm(f"directory.translate_{code}")]


def save_texts(texts, typed, user, *, check):
    """Write what a person typed into the texts of one object, and what is thereby known of each.

    `typed` maps field names to texts. With `check`, every text that is not empty is said to be checked against the
    French as it now stands.
    """
    instance, made, rewritten = texts[0].instance, [], False
    for text in texts:
        value = plain(typed.get(text.name, text.target))
        changed = value != plain(text.target)
        if changed:
            rewritten = True
            setattr(instance, build_localized_fieldname(text.name, text.language), value or None)
            if not value:
                provenance.forget([instance], text.name, text.language)
        if value and (changed or check):
            origin = (
                Provenance.Origin.PERSON if changed else text.known.origin if text.known else Provenance.Origin.MACHINE
            )
            item = provenance.provenance(instance, text.name, text.language, origin=origin, by=name_of(user))
            if not changed and text.known:
                item.made_by, item.made_on = text.known.made_by, text.known.made_on
            if check:
                item.checked_by, item.checked_on = name_of(user), timezone.localdate()
            made.append(item)
    if rewritten:
        instance.save()
    provenance.record(made)


class PlainText(forms.CharField):
    """A text of several lines as it is kept, so that one that was not changed does not seem to be."""

    def to_python(self, value):
        value = super().to_python(value)
        return plain(value) if value else value


def record_typed(form, user):
    """Write what is known of the translations typed in a form: a person made them, from today's French."""
    columns = localized_columns(type(form.instance)).items()
    typed = [(form.instance, *text) for column, text in columns if column in form.changed_data and text[1] != SOURCE]
    provenance.record_typed(typed, name_of(user))


class TranslatedAdmin(ContentAdmin, TranslationAdmin):
    """The admin of a translated model: a tab per language, of our own because modeltranslation's call another host.

    A translation typed there is a person's, made from today's French.
    """

    formfield_overrides = {models.TextField: {"form_class": PlainText, "widget": AdminTextareaWidget}}

    class Media:
        js = ["language_tabs.js"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record_typed(form, request.user)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        for inline in formset.forms:
            # A blank form at the end, or one whose object was deleted, has written nothing.
            if inline.instance.pk and translated_fields(formset.model):
                record_typed(inline, request.user)


class TranslatedInline(TranslationStackedInline):
    """The inline of a translated model, inside a TranslatedAdmin: its tabs choose the language of both."""

    formfield_overrides = TranslatedAdmin.formfield_overrides
    extra = 0


@admin.register(Provenance)
class TranslationDesk(ReadOnlyAdmin):
    def has_module_permission(self, request):
        return bool(languages_of(request.user))

    def has_view_permission(self, request, obj=None):
        return bool(languages_of(request.user))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("", view(self.index), name="directory_provenance_changelist"),
            path("<slug:language>/", view(self.todo), name="translation_todo"),
            path("<slug:language>/<slug:kind>/<slug:slug>/", view(self.edit), name="translation_edit"),
        ]

    def page(self, request, template, **context):
        context |= self.admin_site.each_context(request) | {"opts": self.opts}
        return TemplateResponse(request, f"admin/translations/{template}.html", context)

    def allow(self, request, language):
        if language not in dict(TRANSLATION_LANGUAGES):
            raise Http404
        if language not in languages_of(request.user):
            raise PermissionDenied

    def index(self, request):
        """Each of the user's languages with its counts."""
        if not languages_of(request.user):
            raise PermissionDenied
        rows = []
        for code in languages_of(request.user):
            counts = Counter(text.state for text in work.all_texts(code))
            rows.append({"language": get_language_info(code), "cells": [(state, counts[state]) for state in State]})
        return self.page(request, "index", title=_("Translations"), rows=rows, states=list(State))

    def todo(self, request, language):
        """What is to do in a language, by theme, and the objects behind the count that was clicked."""
        self.allow(request, language)
        if request.method == "POST":
            with act(user=request.user, origin=Act.Origin.TRANSLATION):
                instance = self.find(request.POST.get("kind"), request.POST.get("slug"), lock=True)
                texts = work.texts_of(instance, language)
                if request.POST.get("seen") == " ".join(map(seen, texts)):
                    save_texts(texts, {}, request.user, check=True)
                    messages.success(request, _("Marked as checked: %(name)s.") % {"name": instance})
                else:
                    messages.error(request, CHANGED_MEANWHILE)
            return redirect(request.get_full_path())
        wanted, theme = request.GET.get("state"), request.GET.get("theme")
        counts = {slug: Counter() for slug in [*Theme.objects.values_list("slug", flat=True), *OTHER_GROUPS]}
        found, outdated = {}, set()
        for text in work.all_texts(language):
            slug = work.theme_of(text)
            counts[slug][text.state] += 1
            if text.state == State.OUTDATED:
                outdated.add((text.kind, text.instance.slug))
            is_asked = text.state == wanted if wanted else text.state in TODO
            if is_asked and theme in (None, "", slug):
                found.setdefault((text.kind, text.instance.slug), []).append(text)
        titles = dict(Theme.objects.values_list("slug", "title_fr")) | OTHER_GROUPS
        page = Paginator(list(found.items()), PER_PAGE).get_page(request.GET.get("page"))
        return self.page(
            request,
            "todo",
            title=_("Translations: %(language)s") % {"language": get_language_info(language)["name_local"]},
            language=language,
            states=list(State),
            rows=[
                {"slug": slug, "title": titles[slug], "cells": [(state, count[state]) for state in State]}
                for slug, count in counts.items()
            ],
            objects=[
                {
                    "texts": texts,
                    "seen": " ".join(map(seen, work.texts_of(texts[0].instance, language, {}))),
                    # What changed in the French must be read, on the page of the object, before it is called checked.
                    "may_check": key not in outdated,
                }
                for key, texts in page
            ],
            total=page.paginator.count,
            page=page,
            state=wanted,
            theme=theme,
        )

    def find(self, kind, slug, *, lock=False):
        """The object of an address; locked until the end of the transaction when it is to be written."""
        if kind not in work.KINDS:
            raise Http404
        objects = work.KINDS[kind].objects.all()
        return get_object_or_404(objects.select_for_update() if lock else objects, slug=slug)

    def edit(self, request, language, kind, slug):
        """One object beside its French; what is written is written whole, on what the translator saw."""
        self.allow(request, language)
        if request.method != "POST":
            return self.edit_page(request, language, self.find(kind, slug))
        with act(user=request.user, reason=request.POST.get("_reason", ""), origin=Act.Origin.TRANSLATION):
            return self.edit_page(request, language, self.find(kind, slug, lock=True))

    def edit_page(self, request, language, instance):
        """French on one side and its translation on the other, with what changed in the French since."""
        texts = work.texts_of(instance, language)
        typed, conflicts, lost = {}, [], {}
        if request.method == "POST":
            typed = {text.name: request.POST.get(text.name, text.target).replace("\r\n", "\n") for text in texts}
            too_long = [text for text in texts if text.max_length and len(typed[text.name]) > text.max_length]
            conflicts = [text.name for text in texts if request.POST.get(f"{text.name}-seen") != seen(text)]
            lost = {} if "anyway" in request.POST else flaws(texts, typed)
            if not conflicts and not too_long and not lost:
                save_texts(texts, typed, request.user, check="check" in request.POST)
                messages.success(request, _("Saved: %(name)s.") % {"name": instance})
                return redirect(reverse("admin:translation_todo", args=[language]))
            if lost:
                messages.error(request, LOST)
            for text in too_long:
                messages.error(
                    request,
                    _("%(field)s: %(length)s characters, at most %(most)s.")
                    % {"field": text.label, "length": len(typed[text.name]), "most": text.max_length},
                )
            if conflicts:
                messages.error(request, CHANGED_MEANWHILE)
        rows = [
            {
                "text": text,
                "typed": typed.get(text.name, text.target),
                "conflict": text.name in conflicts and typed.get(text.name) != text.target,
                "seen": seen(text),
                "lost": lost.get(text.name, []),
            }
            for text in texts
        ]
        return self.page(
            request,
            "edit",
            title=str(instance),
            language=get_language_info(language),
            rows=rows,
            lost=lost,
            reason=request.POST.get("_reason", ""),
        )


def flaws(texts, typed):
    """{field name: sentences} for what was typed anew and does not keep what is in the French."""
    found = {
        text.name: list(problems(text.french, plain(typed[text.name]), text.language))
        for text in texts
        if plain(typed[text.name]) not in ("", plain(text.target))
    }
    return {name: sentences for name, sentences in found.items() if sentences}


def seen(text):
    """A fingerprint of both sides as the translator sees them, to notice that either changed meanwhile."""
    return fingerprint(f"{text.french}\n{text.target}")
