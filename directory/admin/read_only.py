from django.contrib import admin


class ReadOnlyAdmin(admin.ModelAdmin):
    """The admin of what is looked up, not edited: nobody adds, changes or deletes it there."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
