from directory.admin import places, reference, resources, search, situations, themes, translations, users

__all__ = ["places", "reference", "resources", "search", "situations", "themes", "translations", "users"]
