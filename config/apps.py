from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin, whose first page is a desk."""

    default_site = "config.admin.DeskSite"
