"""From the files in fixtures/ to the database, as often as one likes."""

import hashlib
import json

from directory import translations
from directory.models import LoadedRecord


def fingerprint(value):
    """A short, stable fingerprint of any JSON-like value."""
    return translations.fingerprint(json.dumps(value, ensure_ascii=False, sort_keys=True))


def fingerprint_of_files(paths):
    """One fingerprint for the names and bytes of several files, whatever their order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.parent.name}/{path.name}".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_loaded(key, files):
    """True when exactly these files were the last ones loaded under the key."""
    return LoadedRecord.objects.filter(key=key, fingerprints={"files": files}).exists()


def mark_loaded(key, files):
    LoadedRecord.objects.update_or_create(key=key, defaults={"fingerprints": {"files": files}})
