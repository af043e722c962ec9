from directory.admin import places, reference, reports, resources, search, situations, themes, translations

__all__ = ["places", "reference", "reports", "resources", "search", "situations", "themes", "translations"]
