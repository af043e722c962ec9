"""Forms of the admin that are sent when the login, or the token of their page, has expired, or when the database is
busy: nothing typed is lost.

The answer is a page at the same address, which holds what was typed in hidden inputs and sends it again.
"""

from http import HTTPStatus

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import login
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

# Before the names of what logs in: no field of the admin may have the same, for the view must never read a password.
PREFIX = "_login"
TOKEN = "csrfmiddlewaretoken"

EXPIRED = _("Your login has expired. What you typed is kept: it will be sent once you have logged in.")
LOGGED_IN_ANEW = _(
    "You logged in anew after this page was opened. Nothing is saved yet, but what you typed is kept: send it again."
)
BUSY = _(
    "Someone else is saving a great deal. Nothing of yours is saved yet, but what you typed is kept: "
    "send it again in a minute."
)


def typed(request):
    """What was posted, without the token of the page and without what logs in."""
    posted = request.POST.copy()
    for name in request.POST:
        if name == TOKEN or name.startswith(PREFIX):
            del posted[name]
    return posted


def can_be_kept(request):
    """A new password is not written into a page."""
    return not any("password" in name for name in typed(request))


def needs_login(request):
    """Whether somebody whose login expired sent this to be saved; to log out, nobody logs in."""
    return (
        request.method == "POST"
        and not request.user.is_authenticated
        and request.resolver_match.url_name != "logout"
        and can_be_kept(request)
    )


@sensitive_post_parameters()
def log_in(request):
    """Log in with what was posted, leaving only what was typed to the view that comes next: then there is no answer.

    Otherwise the answer is the page that asks for name and password.
    """
    from django.contrib.admin.forms import AdminAuthenticationForm  # late: it imports models

    has_answered = f"{PREFIX}-username" in request.POST
    form = AdminAuthenticationForm(request, request.POST if has_answered else None, prefix=PREFIX)
    if not form.is_valid():
        return page(request, EXPIRED, login_form=form)
    request.POST = typed(request)
    login(request, form.get_user())
    # Decorators of the view read the cookie anew, and would set it back to the token from before the login.
    request.COOKIES[settings.CSRF_COOKIE_NAME] = request.META["CSRF_COOKIE"]


def csrf_failure(request, reason=""):
    """The page of a form whose token is not valid: sends it again when surely a page of this site sent it.

    A browser lets no page name the origin of another: one that is this site's own tells what the token would have told.
    """
    from django.contrib.admin.forms import AdminAuthenticationForm

    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}":
        if request.resolver_match.app_name == "admin" and needs_login(request):
            return page(request, EXPIRED, login_form=AdminAuthenticationForm(request, prefix=PREFIX))
        if admin.site.has_permission(request) and can_be_kept(request):
            return page(request, LOGGED_IN_ANEW)
    return page(request)


def busy(request):
    """The page of a form that the database had no time for: sends it again."""
    return page(request, BUSY, status=HTTPStatus.SERVICE_UNAVAILABLE)


@never_cache
def page(request, kept_because="", login_form=None, status=HTTPStatus.FORBIDDEN):
    """Keeps what was typed, saying why, to be sent again with or without a login; else says that nothing was saved."""
    context = admin.site.each_context(request) | {"form": login_form, "kept_because": kept_because}
    if kept_because:
        context |= {"kept": list(typed(request).lists()), "has_files": bool(request.FILES)}
    return render(request, "admin/late_form.html", context, status=status)
