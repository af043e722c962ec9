"""How gunicorn serves the site: `gunicorn -c config/gunicorn.py config.wsgi`."""

import os

bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, so that an import of minutes is not cut after 30 seconds and keeps its process from nobody.
threads = 4
preload_app = True  # the workers share the memory of what is loaded before they fork
control_socket_disable = True
loglevel = "warning"


def when_ready(server):
    """Say, once the address answers, where the site is and how to get into its admin."""
    print(  # noqa: T201 - the person at the terminal is who this is for
        f"\nThe directory is served at http://{bind}/ (Ctrl+C stops it).\n"
        "To edit its content, create an administrator with `make admin`, then open /admin/.\n",
        flush=True,
    )
