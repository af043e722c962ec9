from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "directory"
    verbose_name = _("Directory")

    def ready(self):
        from directory.history import tracking
        from directory.models import addresses
        from directory.search import index

        addresses.connect()
        index.connect()
        tracking.connect()
