from directory.admin import places, reference, resources

__all__ = ["places", "reference", "resources"]
