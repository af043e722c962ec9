"""Who may change what, beside the model permissions of their groups."""


def edits_everywhere(user):
    return user.has_perm("directory.edit_everywhere")


def may_change(user, instance):
    return True


def changeable(user, queryset):
    """Those of the objects that are the user's to change."""
    return queryset
