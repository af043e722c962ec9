"""“Verified today”, in one click: from the form of an entry, from a row of the list, or for many."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from directory.history import act
from directory.models import Resource
from directory.roles import changeable


def mark_verified(entries, user):
    """Write that a user verified some entries today, and nothing else of them."""
    with act(user=user) as this:
        this.watch(entries)
        Resource.objects.filter(pk__in=[entry.pk for entry in entries]).update(verified_on=timezone.localdate())


class VerifiedToday(admin.ModelAdmin):
    """The admin of entries as a list to verify: the longest unverified first, with a button in each row."""

    actions = ["mark_selected_verified"]
    change_form_template = "admin/directory/resource/change_form.html"

    def is_to_verify(self, request):
        return request.GET.get("verified") in ("late", "never")

    def get_ordering(self, request):
        if self.is_to_verify(request):
            return [F("verified_on").asc(nulls_first=True), "slug"]
        return super().get_ordering(request)

    def get_list_display(self, request):
        if not self.is_to_verify(request):
            return super().get_list_display(request)
        button = ["verify_button"] if self.has_change_permission(request) else []
        return ["title", *button, "verified_on", "source", "place_codes"]

    def get_queryset(self, request):
        entries = super().get_queryset(request)
        if not self.is_to_verify(request):
            return entries
        this = Resource.objects.filter(pk=OuterRef("pk"))
        return entries.annotate(is_changeable=Exists(changeable(request.user, this)))

    @admin.display(description=gettext_lazy("after checking"))
    def verify_button(self, entry):
        if entry.is_changeable:
            button = '<button class="button" name="verify" value="{}">{}</button>'
            return format_html(button, entry.pk, _("Verified today"))

    @admin.action(description=gettext_lazy("Mark as verified today"), permissions=["change"])
    def mark_selected_verified(self, request, queryset):
        entries = list(queryset)
        mark_verified(entries, request.user)
        said = ngettext("%(count)s entry verified today.", "%(count)s entries verified today.", len(entries))
        messages.success(request, said % {"count": len(entries)})

    def changelist_view(self, request, extra_context=None):
        """The list; the button of a row posts the whole list's form to it, and comes back to the same list."""
        if request.method != "POST" or "verify" not in request.POST:
            return super().changelist_view(request, extra_context)
        entry = self.get_object(request, request.POST["verify"])
        if entry is None:
            raise Http404
        if not self.has_change_permission(request, entry):
            raise PermissionDenied
        mark_verified([entry], request.user)
        messages.success(request, _("Verified today: %(entry)s.") % {"entry": entry})
        return redirect(request.get_full_path())

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form; its button “Verified today” saves what was typed, so that nothing is lost, with today's date."""
        if request.method == "POST" and "_verified" in request.POST:
            request.POST = request.POST.copy()
            request.POST["verified_on"] = timezone.localdate().isoformat()
        return super().changeform_view(request, object_id, form_url, extra_context)
