"""Publishing, unpublishing and moving what has a page of its own."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy

from directory.admin.preview import is_preview
from directory.models import OldAddress


class AddressAdmin(admin.ModelAdmin):
    """The admin of a model whose objects keep their old addresses."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        old = form.initial.get("slug")
        if change and OldAddress.objects.of(self.model).filter(slug=old, object_id=obj.pk).exists():
            request.old_address = old

    def response_change(self, request, obj):
        """Once everything is saved, say what became of the old address."""
        if hasattr(request, "old_address") and not is_preview(request.POST):
            said = _("The old address, “%(old)s”, now leads to the new one, “%(new)s”.")
            messages.info(request, said % {"old": request.old_address, "new": obj.slug})
        return super().response_change(request, obj)


class PublicationAdmin(AddressAdmin):
    """The admin of what is published or not: actions on many at once, and no link to a page that nobody can see."""

    actions = ["publish", "unpublish"]

    def get_view_on_site_url(self, obj=None):
        return super().get_view_on_site_url(obj) if obj is None or obj.was_published else None

    @admin.action(description=gettext_lazy("Publish"), permissions=["change"])
    def publish(self, request, queryset):
        self.set_published(request, queryset, True)

    @admin.action(description=gettext_lazy("Unpublish: their pages say so, and where to go"), permissions=["change"])
    def unpublish(self, request, queryset):
        self.set_published(request, queryset, False)

    @transaction.atomic
    def set_published(self, request, queryset, value):
        """Publish or unpublish one by one, so that each save is seen; say which could not be, and why."""
        done, incomplete = 0, []
        chosen = self.model.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))
        for instance in chosen.exclude(is_published=value).select_for_update():
            instance.is_published = value
            if value and not is_complete(instance):
                incomplete.append(str(instance))
            else:
                instance.save()
                done += 1
        said = _("Published: %(count)s.") if value else _("No longer published: %(count)s.")
        self.message_user(request, said % {"count": done}, messages.SUCCESS if done else messages.INFO)
        if incomplete:
            said = _("To complete before it can be published: %(names)s.") % {"names": ", ".join(incomplete)}
            self.message_user(request, said, messages.WARNING)


def is_complete(instance):
    """Whether an object has all that its form would ask for."""
    try:
        instance.full_clean()
    except ValidationError:
        return False
    return True
