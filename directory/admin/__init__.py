from directory.admin import places, reference, resources, search, situations, themes, translations

__all__ = ["places", "reference", "resources", "search", "situations", "themes", "translations"]
