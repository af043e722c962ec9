from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "directory"
    verbose_name = _("Directory")

    def ready(self):
        from directory.history import tracking
        from directory.models import addresses, reports
        from directory.reports import guard
        from directory.search import index
        from directory.translations import provenance

        addresses.connect()
        index.connect()
        provenance.connect()
        reports.connect()
        tracking.connect()
        register(guard.check_address_header, Tags.security, deploy=True)
