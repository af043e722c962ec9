"""Import and export in the admin: a list taken away as a table; a file brought back, looked at, then saved whole."""

import tempfile
from itertools import islice

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from directory import duplicates
from directory.admin.streaming import progress, refused, streamed
from directory.exchange.columns import table_of
from directory.exchange.files import FORMATS, MOST_BYTES, MOST_ROWS, Unreadable, read, write_csv, write_xlsx
from directory.exchange.importing import ADDED, CHANGED, REFUSED, UNCHANGED, Import, NotSaved
from directory.history.tracking import name_of
from directory.models import NotDuplicate, Upload
from directory.states import KINDS, language_of
from directory.translations.work import word_diff

MOST_SHOWN = 200
MOST_ALIKE = 5  # of one row


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File (CSV or XLSX)"),
        allow_empty_file=True,  # our own sentence says it
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


class WithExchange(admin.ModelAdmin):
    """Buttons on the list that export it and import into it, and a page of what may stand twice."""

    change_list_template = "admin/exchange/change_list.html"
    actions = ["export_csv", "export_xlsx"]

    def get_urls(self):
        def named(address, view, name):
            name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
            return path(address, self.admin_site.admin_view(view), name=name)

        return [
            named("export/<slug:format>/", self.export_view, "export"),
            named("import/", self.upload_view, "import"),
            named("import/<int:pk>/", self.import_view, "import_file"),
            named("duplicates/", self.duplicates_view, "duplicates"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def address(self, name, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def exchange_page(self, request, template, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **context}
        return TemplateResponse(request, f"admin/exchange/{template}.html", context)

    def changelist_view(self, request, extra_context=None):
        query = request.GET.urlencode()
        buttons = [
            (
                self.address("export", format) + (f"?{query}" if query else ""),
                _("Export as %(format)s") % {"format": format.upper()},
            )
            for format in FORMATS
        ]
        if self.has_import_permission(request):
            buttons.append((self.address("import"), _("Import")))
            if self.model in duplicates.NAMES:
                buttons.append((self.address("duplicates"), _("Suspected duplicates")))
        return super().changelist_view(request, {**(extra_context or {}), "exchange_buttons": buttons})

    # Export

    def export_view(self, request, format):
        """The objects of the list as it is filtered, in its order."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if format not in FORMATS:
            raise Http404
        try:
            objects = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # the list itself says so
            return HttpResponseRedirect(f"{self.address('changelist')}?{request.GET.urlencode()}")
        return self.exported(objects, format)

    @admin.action(description=gettext_lazy("Export the selection as CSV"), permissions=["view"])
    def export_csv(self, request, queryset):
        return self.exported(queryset, "csv")

    @admin.action(description=gettext_lazy("Export the selection as XLSX"), permissions=["view"])
    def export_xlsx(self, request, queryset):
        return self.exported(queryset, "xlsx")

    def exported(self, queryset, format):
        table = table_of(self.model)
        rows = table.rows(queryset.values_list("pk", flat=True))
        name = f"{KINDS[self.model]}-{timezone.localdate().isoformat()}.{format}"
        if format == "xlsx":
            file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
            write_xlsx(file, list(table.fields), rows)
            file.seek(0)
            return FileResponse(file, as_attachment=True, filename=name)
        return StreamingHttpResponse(
            write_csv(list(table.fields), rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    # Import

    def upload_view(self, request):
        """Take a file, read all of it, keep its rows until they are confirmed; or say in a sentence why not."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = UploadForm(request.POST, request.FILES) if sent else UploadForm()
        table = table_of(self.model)
        if sent and form.is_valid():
            file = form.cleaned_data["file"]
            upload = Upload(kind=KINDS[self.model], user=request.user, name=file.name[-200:])
            try:
                upload.pack(*read(file.file, file.name, table))
            except Unreadable as error:
                form.add_error("file", str(error))
            else:
                Upload.objects.forgotten().delete()
                upload.save()
                return HttpResponseRedirect(self.address("import_file", upload.pk))
        return self.exchange_page(
            request,
            "upload",
            title=_("Import: %(models)s") % {"models": self.opts.verbose_name_plural},
            form=form,
            columns=[(name, self.model._meta.get_field(name).verbose_name) for name in table.fields],
            most_rows=MOST_ROWS,
            most_megabytes=MOST_BYTES // 1_000_000,
        )

    def import_view(self, request, pk):
        """What a file would do, or, when it is confirmed, what it did: sent row by row, for it may take minutes."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Upload, pk=pk, kind=KINDS[self.model], user=request.user)
        if "cancel" in request.POST:
            upload.delete()
            messages.success(request, _("Nothing was imported."))
            return HttpResponseRedirect(self.address("changelist"))
        return streamed(
            request,
            self.saved(request, upload) if request.method == "POST" else self.compared(request, upload),
            again=request.path,
            **self.admin_site.each_context(request),
            opts=self.opts,
            title=_("Import: %(file)s") % {"file": upload.name},
        )

    def compared(self, request, upload):
        """Yield the HTML of a comparison as it goes on, and at its end what it found, to be confirmed."""
        work = Import(self.model, upload.rows(), request.user)
        shown = {outcome: [] for outcome in (REFUSED, ADDED, CHANGED)}
        try:
            for rows in work.compare():
                yield progress(work.counts.total(), upload.row_count)
                for row in rows:
                    if row.outcome != UNCHANGED and len(shown[row.outcome]) < MOST_SHOWN:
                        shown[row.outcome].append(self.shown(row))
        except Unreadable as error:
            upload.delete()
            yield refused(request, self.address("import"), error)
            return
        yield self.fragment(
            request,
            "preview",
            counts=work.counts,
            sections=[(outcome, shown[outcome], work.counts[outcome] - len(shown[outcome])) for outcome in shown],
            alike_count=work.alike_count,
            seen=work.fingerprint,
            has_work=work.counts[ADDED] or work.counts[CHANGED],
            again=self.address("import"),
        )

    def saved(self, request, upload):
        """Yield the HTML of a table being saved as it goes on, and at its end what was saved, or why nothing was."""
        work = Import(self.model, upload.rows(), request.user)
        said = request.POST
        steps = work.save(seen=said.get("seen"), reason=said.get("_reason", ""), with_alike="with_alike" in said)
        try:
            for done in steps:
                yield progress(done, upload.row_count)
        except (NotSaved, Unreadable) as error:
            yield refused(request, request.path, error)
        else:
            upload.delete()
            left_out = 0 if "with_alike" in said else work.alike_count
            added = work.counts[ADDED] - left_out
            yield self.fragment(request, "done", added=added, left_out=left_out, counts=work.counts, act=work.act)

    def fragment(self, request, name, **context):
        context |= {"opts": self.opts, "changelist": self.address("changelist")}
        return render_to_string(f"admin/exchange/_{name}.html", context, request)

    def shown(self, row):
        """A Row as the preview says it: labels for columns, words marked where they differ."""
        labels = {name: self.model._meta.get_field(name).verbose_name for name in {*row.changes, *row.problems}}
        alike = islice(row.alike.items(), MOST_ALIKE)
        return {
            "row": row,
            "changes": [
                (labels[name], word_diff(old, new), language_of(self.model, name))
                for name, (old, new) in row.changes.items()
            ],
            "problems": [(labels[name], sentences) for name, sentences in row.problems.items()],
            "alike": [(slug, [duplicates.SIGNS[sign] for sign in signs]) for slug, signs in alike],
        }

    # Duplicates

    def duplicates_view(self, request):
        """The objects that may be one and the same, side by side; an editor says which are not."""
        if not self.has_change_permission(request) or self.model not in duplicates.NAMES:
            raise PermissionDenied
        groups, apart = duplicates.suspected(self.model, request.user), duplicates.apart(self.model, request.user)
        if request.method == "POST":
            said, again = set(request.POST.getlist("slug")), request.POST.get("again")
            if said in [set(slugs) for slugs, _signs in groups]:
                NotDuplicate.objects.say(KINDS[self.model], said, by=name_of(request.user))
            for pair in apart:
                if str(pair.pk) == again:
                    pair.delete()
            return HttpResponseRedirect(request.path)
        slugs = {slug for slugs, _signs in groups for slug in slugs} | {slug for pair in apart for slug in pair.slugs}
        objects = {item.slug: item for item in self.model.objects.filter(slug__in=slugs)}
        return self.exchange_page(
            request,
            "duplicates",
            title=_("Suspected duplicates: %(models)s") % {"models": self.opts.verbose_name_plural},
            total=len(groups),
            groups=[
                ([objects[slug] for slug in slugs], [duplicates.SIGNS[sign] for sign in signs])
                for slugs, signs in groups
            ],
            apart=[(pair, [objects[slug] for slug in pair.slugs]) for pair in apart],
        )
