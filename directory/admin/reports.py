"""What readers wrote, as editors answer it: from its own page, or from the entry it is about."""

import re
from contextlib import suppress

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _, ngettext

from directory.admin.areas import AreaAdmin
from directory.admin.history import WithHistory
from directory.admin.merging import WithMerging
from directory.models import Message, Proposal, Report
from directory.models.reports import forget_old_emails
from directory.reports.answering import draft_from, mailto, record_answer, send_answer
from directory.roles import changeable, edits_everywhere, may_change
from directory.translations import plain


class AnswerForm(forms.ModelForm):
    """The state of a message and its answer, which says why when it is not kept."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "answer" in self.fields:
            self.fields["answer"].widget.attrs |= {"rows": 4, "dir": "auto"}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("state") == Message.State.NOT_KEPT and not cleaned.get("answer"):
            self.add_error("answer", _("Say why it is not kept."))
        return cleaned


def link_to(entry):
    address = reverse("admin:directory_resource_change", args=[entry.pk])
    return format_html('<a href="{}">{}</a>', address, entry)


def keep_answer(request, message):
    """Note the answer to a message and, once all that was saved with it is, send it."""
    record_answer(message, request.user)
    if message.is_answered and message.email:
        transaction.on_commit(lambda: tell(request, message))


def tell(request, message):
    try:
        send_answer(message)
    except (OSError, ValueError, OperationalError):
        said = _("Your answer to %(reference)s is kept, but its e-mail could not be sent. Change it to try again.")
        messages.error(request, said % {"reference": message.reference})


class Answering:
    """What the page of a message and its block in the form of an entry have in common."""

    form = AnswerForm

    def has_add_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        """Its reference must go on answering: what was typed can be erased instead."""
        return False

    def get_fields(self, request, obj=None):
        """A reader's address is for those who may answer."""
        fields = super().get_fields(request, obj)
        is_theirs = obj is None or may_change(request.user, obj)
        return fields if is_theirs else [name for name in fields if name != "sender"]

    @admin.display(description=_("what they wrote"))
    def written(self, message):
        return format_html(
            '<div class="written" lang="{}" dir="auto">{}</div>', message.language, linebreaksbr(message.text)
        )

    @admin.display(description=_("sender"))
    def sender(self, message):
        if not message.email or not getattr(message, "is_theirs", True):
            return "–"
        if settings.SENDS_EMAIL:
            return _("Left an e-mail address: your answer will be sent there.")
        said = _("Write to them before you close this: their address is then deleted.")
        return format_html('<a href="{}">{}</a> {}', mailto(message), message.email, said)


class MessageAdmin(Answering, AreaAdmin, WithMerging, WithHistory):
    change_form_template = "admin/reports/change_form.html"
    date_hierarchy = "created_at"
    search_fields = ["reference"]
    actions = ["erase"]

    def has_erase_permission(self, request):
        """What is erased is in no history: it takes more than an area to do it."""
        return edits_everywhere(request.user) and self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        with suppress(OperationalError):  # SQLite's one writer is at work: the next list will
            forget_old_emails()
        return super().changelist_view(request, extra_context)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form.changed_data:
            keep_answer(request, obj)

    @admin.action(description=_("Erase what was written"), permissions=["erase"])
    def erase(self, request, queryset):
        queryset.erase()


@admin.register(Report)
class ReportAdmin(MessageAdmin):
    list_display = ["reference", "resource", "kind", "state", "language", "created_at"]
    list_select_related = ["resource"]
    list_filter = [
        "state",
        "kind",
        "language",
        ("resource__topics__theme", admin.RelatedOnlyFieldListFilter),
        ("resource__departments", admin.RelatedOnlyFieldListFilter),
    ]
    readonly_fields = [
        "entry",
        "branch",
        "kind",
        "written",
        "language",
        "sender",
        "created_at",
        "answered_at",
        "answered_by",
    ]
    fields = [*readonly_fields[:7], "state", "answer", ("answered_at", "answered_by")]

    @admin.display(description=_("entry"))
    def entry(self, report):
        return link_to(report.resource) if report.resource else "–"


@admin.register(Proposal)
class ProposalAdmin(MessageAdmin):
    list_display = ["reference", "name", "place", "state", "language", "draft", "created_at"]
    list_select_related = ["draft"]
    list_filter = [
        "state",
        "language",
        ("themes", admin.RelatedOnlyFieldListFilter),
        ("departments", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["reference", "name"]
    readonly_fields = [
        "name",
        "written",
        "organisation",
        "place",
        "departments_understood",
        "theme_names",
        "phone",
        "public_email",
        "url",
        "knowledge",
        "language",
        "sender",
        "created_at",
        "entry",
        "answered_at",
        "answered_by",
    ]
    fields = [*readonly_fields[:14], "state", "answer", ("answered_at", "answered_by")]

    @admin.display(description=_("departments understood"))
    def departments_understood(self, proposal):
        return ", ".join(map(str, proposal.departments.all())) or "–"

    @admin.display(description=_("themes"))
    def theme_names(self, proposal):
        return ", ".join(map(str, proposal.themes.all())) or "–"

    @admin.display(description=_("entry made of it"))
    def entry(self, proposal):
        return link_to(proposal.draft) if proposal.draft else "–"

    def response_change(self, request, obj):
        """With the button that makes a draft, on to the draft."""
        if "_draft" not in request.POST or not request.user.has_perm("directory.add_resource"):
            return super().response_change(request, obj)
        try:
            return redirect("admin:directory_resource_change", draft_from(obj, request.user).pk)
        except PermissionDenied:
            messages.error(request, _("Its entry would not be in your area: leave it to an editor of all of France."))
            return super().response_change(request, obj)


class MessageInline(Answering, admin.StackedInline):
    extra = 0
    can_delete = False
    fields = ["written", "sender", "state", "answer"]
    readonly_fields = ["written", "sender"]
    ordering = ["created_at"]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request) and may_change(request.user, obj)

    def get_queryset(self, request):
        """Those to answer; when the form comes back, those that it showed, whatever came or was answered since.

        Who may change an entry may not always answer a proposal it was made of: `is_theirs` says of each.
        """
        theirs = changeable(request.user, self.model.objects.filter(pk=OuterRef("pk")))
        queryset = super().get_queryset(request).annotate(is_theirs=Exists(theirs))
        if request.method != "POST":
            return queryset.to_answer()
        shown = re.compile(rf"{self.prefix}-\d+-id")
        posted = [value for name, value in request.POST.items() if shown.fullmatch(name)]
        return queryset.filter(pk__in=[value for value in posted if value.isdecimal() and len(value) < 19])


class ReportInline(MessageInline):
    model, prefix = Report, "reports"
    fields = [("kind", "branch"), *MessageInline.fields]
    readonly_fields = ["kind", "branch", *MessageInline.readonly_fields]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("branch")


class ProposalInline(MessageInline):
    model, prefix = Proposal, "proposals"


def typed_answers(data):
    """(message, answer) of the rows in the posted form of an entry whose answer was written anew."""
    for inline in (ReportInline, ProposalInline):
        for name, answer in data.items():
            row = re.fullmatch(rf"({inline.prefix}-\d+)-answer", name)
            pk = data.get(f"{row[1]}-id", "") if row else ""
            if pk.isdecimal() and len(pk) < 19:
                message = inline.model.objects.filter(pk=pk).first()
                if message and plain(answer) != plain(message.answer):
                    yield message, plain(answer)


class WithMessages:
    """An entry's form with what readers wrote of it and nobody has answered: one save mends the entry and answers."""

    def get_inlines(self, request, obj):
        inlines = super().get_inlines(request, obj)
        if obj is None:
            return inlines
        if request.method == "POST":
            shown = [
                inline for inline in (ReportInline, ProposalInline) if f"{inline.prefix}-TOTAL_FORMS" in request.POST
            ]
        else:
            received = {ReportInline: obj.reports, ProposalInline: obj.proposals}
            shown = [inline for inline, those in received.items() if those.to_answer().exists()]
        return [*shown, *inlines]

    def render_change_form(self, request, context, *args, **kwargs):
        """Say at the top, where it is seen, what stands below the fields; of an entry that was deleted meanwhile, what
        was answered, for the messages about it live on."""
        shown = [inline.formset for inline in context["inline_admin_formsets"]]
        shown = [formset for formset in shown if issubclass(formset.model, Message) and formset.forms]
        if request.method == "GET" and shown:
            count = sum(len(formset.forms) for formset in shown)
            said = ngettext("%(count)s message to answer", "%(count)s messages to answer", count) % {"count": count}
            messages.warning(request, format_html('<a href="#{}-group">{}</a>', shown[0].prefix, said))
        if request.method == "POST" and not context["original"]:
            for message, answer in typed_answers(request.POST):
                said = _("Your answer to %(reference)s is not saved: “%(answer)s”") % {
                    "reference": message.reference,
                    "answer": answer,
                }
                address = reverse(admin_urlname(message._meta, "change"), args=[message.pk])
                messages.warning(request, format_html('<a href="{}">{}</a>', address, said))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if issubclass(formset.model, Message):
            for message, _changed in formset.changed_objects:
                keep_answer(request, message)
