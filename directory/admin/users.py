"""The accounts: who is in which group, and which area an editor of a territory or theme answers for."""

from django.contrib import admin
from django.contrib.auth import admin as auth
from django.contrib.auth.models import Group, Permission, User
from django.db import models
from django.db.models import Q
from django.forms import CheckboxSelectMultiple, modelform_factory
from django.utils.translation import gettext_lazy as _

from directory.models import EditorArea

admin.site.unregister([User, Group])


def held(user):
    """The permissions of an account, active or not."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user))


class NoEscalation:
    """Mixin: who is not a superuser gives no permission they lack, and changes nobody and no group that has more."""

    def permissions_of(self, obj):
        raise NotImplementedError

    def is_within_reach(self, user, obj):
        if user.is_superuser or obj is None:
            return True
        return (
            not getattr(obj, "is_superuser", False)
            and not self.permissions_of(obj).exclude(pk__in=held(user).values("pk")).exists()
        )

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_within_reach(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_within_reach(request.user, obj)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if not request.user.is_superuser:
            mine = Permission.objects.filter(pk__in=held(request.user).values("pk"))
            more = Permission.objects.exclude(pk__in=mine.values("pk"))
            offered = {"permissions": mine, "groups": Group.objects.exclude(permissions__in=more)}
            kwargs["queryset"] = offered[db_field.name]
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class EditorAreaInline(admin.StackedInline):
    model = EditorArea
    form = modelform_factory(EditorArea, fields="__all__", widgets={"themes": CheckboxSelectMultiple})
    autocomplete_fields = ["departments"]


@admin.register(User)
class UserAdmin(NoEscalation, auth.UserAdmin):
    identity, person, rights, dates = auth.UserAdmin.fieldsets
    # Permissions are given to groups only, so that what someone may do is read in one place.
    fieldsets = [
        identity,
        person,
        (rights[0], {"fields": [("is_active", "is_staff", "is_superuser"), "groups"]}),
        dates,
    ]
    list_display = ["username", "last_name", "first_name", "role", "area", "is_active", "last_login"]
    list_filter = ["groups", "is_active", "is_superuser"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    inlines = [EditorAreaInline]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("area")
            .prefetch_related("groups", "area__departments", "area__themes")
        )

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, *([] if request.user.is_superuser else ["is_superuser"])]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []  # a new account begins with its name and password

    def permissions_of(self, user):
        return held(user)

    @admin.display(description=_("role"))
    def role(self, user):
        names = [group.name for group in user.groups.all()]
        if user.is_superuser:
            names.append(str(User._meta.get_field("is_superuser").verbose_name))
        return ", ".join(names)


@admin.register(Group)
class GroupAdmin(NoEscalation, auth.GroupAdmin):
    def permissions_of(self, group):
        return group.permissions.all()
