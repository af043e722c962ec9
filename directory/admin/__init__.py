from directory.admin import places, reference, resources, situations, themes, translations

__all__ = ["places", "reference", "resources", "situations", "themes", "translations"]
