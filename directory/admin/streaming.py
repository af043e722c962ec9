"""A page sent while the work that it tells of goes on, for it may take minutes: nobody waits in front of nothing."""

import logging

from django.db import OperationalError
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy, override

# Where what the work tells goes, in a page of the template below.
HERE = "<!-- progress -->"
BUSY = gettext_lazy("Someone else is saving a great deal: nothing of yours was saved. Try again in a moment.")
FAILED = gettext_lazy("Something went wrong on our side. Those who run the site will find it in its log.")
logger = logging.getLogger(__name__)


def streamed(request, steps, *, again, **context):
    """The response that sends each of the HTML fragments that `steps` yields as soon as it is made.

    `again` is the address to start from once more after a failure that nobody foresaw.
    """
    page = TemplateResponse(request, "admin/streaming/page.html", {**context, "here": HERE})
    before, after = page.render().content.decode().split(HERE)
    return StreamingHttpResponse(
        in_language(get_language(), [before], told(request, steps, again), [after]),
        # Neither packed nor held back on the way: each step is to be seen at once.
        headers={"Content-Encoding": "identity", "X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


def told(request, steps, again):
    """The same fragments; of a failure that nobody foresaw, a sentence, for the page is already half sent."""
    try:
        yield from steps
    except OperationalError as error:  # SQLite, which has one writer at a time
        logger.warning("Nothing was saved: %s", error)
        yield refused(request, again, BUSY)
    except Exception:
        logger.exception("Nothing was saved")
        yield refused(request, again, FAILED)


def refused(request, again, *sentences):
    """The fragment that says why nothing was saved, in sentences, and where to start once more."""
    return render_to_string("admin/streaming/_refused.html", {"sentences": sentences, "again": again}, request)


def progress(done, total):
    return render_to_string("admin/streaming/_progress.html", {"done": done, "total": total})


def in_language(language, *parts):
    """The strings of some iterables, made in a language: a page is sent after its request gave the language back."""
    for part in parts:
        steps = iter(part)
        while True:
            with override(language):
                step = next(steps, None)
            if step is None:
                break
            yield step
