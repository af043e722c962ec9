"""One settings file; each knob is an environment variable, listed in README.md, and a bad value stops the start."""

import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.languages import LANGUAGES, LANGUAGES_BIDI

__all__ = ["LANGUAGES", "LANGUAGES_BIDI"]

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def env_bool(name, default):
    """True or False from the environment; anything but true/false/1/0 raises ImproperlyConfigured."""
    value = env.str(name, str(default)).strip().lower()
    if value not in {"true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in {"true", "1"}


def secret_key():
    """The key from SECRET_KEY, or from the file that `make run` creates once."""
    if key := env.str("SECRET_KEY", ""):
        return key
    file = BASE_DIR / ".secret_key"
    if file.exists():
        return file.read_text().strip()
    raise ImproperlyConfigured("Set SECRET_KEY to a long random string (`make run` makes one for this machine).")


DEBUG = env_bool("DEBUG", False)
SECRET_KEY = secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "config.late_forms.csrf_failure"

# Behind a proxy that ends TLS, HTTPS=true turns on everything that only makes sense over https.
HTTPS = env_bool("HTTPS", False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Whether the neighbours of this host are served over https, and for ever, is not this site's to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
# An entry with a branch in each of a hundred departments is a form of more than Django's thousand fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

INSTALLED_APPS = [
    "modeltranslation",  # before admin, so that its tabs replace the plain fields
    "config.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django_filters",
    "themes",
    "directory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.ReaderLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                "directory.templatetags.directory",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Where a proxy writes the address of the reader; empty, the address is that of the connection.
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", "").strip()
if CLIENT_ADDRESS_HEADER and not re.fullmatch(r"[A-Za-z][A-Za-z-]*", CLIENT_ADDRESS_HEADER):
    raise ImproperlyConfigured(
        f"CLIENT_ADDRESS_HEADER must be the name of one header, such as X-Forwarded-For, not {CLIENT_ADDRESS_HEADER!r}."
    )

# The address of this site: what is sent by e-mail leads back to it, and the link checker names itself by it.
SITE_URL = env.str("SITE_URL", "").rstrip("/")
# E-mail is off unless EMAIL_URL names a server; what is sent says who sends it.
SENDS_EMAIL = bool(env.str("EMAIL_URL", ""))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "")
EMAIL_TIMEOUT = 10
if SENDS_EMAIL:
    try:
        globals().update(env.email_url("EMAIL_URL"))
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.") from error
    if "@" not in DEFAULT_FROM_EMAIL:
        raise ImproperlyConfigured(f"EMAIL_URL needs EMAIL_FROM, an e-mail address, not {DEFAULT_FROM_EMAIL!r}.")
if (SENDS_EMAIL or SITE_URL) and not re.match(r"https?://[^/]", SITE_URL):
    raise ImproperlyConfigured(f"SITE_URL must be this site's address, such as https://example.org, not {SITE_URL!r}.")

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds that a writer waits for the one before it, which may be a long import
    }
else:
    # A search is one large statement over few rows: PostgreSQL would compile it for a second to run it in milliseconds.
    DATABASES["default"]["OPTIONS"] = {"options": "-c jit=off"}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

LANGUAGE_CODE = "fr"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
FORMS_URLFIELD_ASSUME_HTTPS = True  # the default from Django 6 on
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Europe/Paris"
USE_TZ = True
MODELTRANSLATION_FALLBACK_LANGUAGES = ("fr",)
# French is the source: the others may be empty, and then French is shown, marked as such.
MODELTRANSLATION_REQUIRED_LANGUAGES = ("fr",)

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# (address, port) of servers of this machine that the link checker may call: only tests fill it.
LINKS_LOCAL_SERVERS = ()

CONTENT_DIR = BASE_DIR / "fixtures"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
