"""Who may change what."""


def may_change(user, instance):
    return user.has_perm(f"{instance._meta.app_label}.change_{instance._meta.model_name}")


def changeable(user, queryset):
    """What a user may change of a queryset."""
    return queryset if may_change(user, queryset.model()) else queryset.none()
