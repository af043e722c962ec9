"""Links as an editor sees them: which fail and where they stand, and the new address put in the place of the old."""

from collections import defaultdict

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from directory.admin.read_only import ReadOnlyAdmin
from directory.groups import can
from directory.links.checking import check
from directory.links.uses import links_of, remember, use_proposal, uses
from directory.models import Link, Step
from directory.roles import may_change as is_in_area

# As long as a person waits.
SECONDS = 15
MOST_HOSTS = 20


def may_change(user, instance):
    """True when a user may change an object that shows a link: a step is changed with its situation."""
    owner = owner_of(instance)
    return user.has_perms(can("change", owner)) and is_in_area(user, owner)


def owner_of(instance):
    """The object whose form in the admin an object is edited in."""
    return instance.situation if isinstance(instance, Step) else instance


def address_of(instance):
    owner = owner_of(instance)
    return reverse(admin_urlname(owner._meta, "change"), args=[owner.pk])


def with_state(urls):
    """What is known of these addresses, those that fail first (in the order of the alphabet, as it happens)."""
    return Link.objects.filter(url__in=urls).order_by("verdict", "url")


def check_now(request, links):
    """Check Links while the editor waits, and say how far it went; those not reached in time wait for the next run."""
    links = list(links.longest_ago_first())
    done = sum(1 for _link in check(links, seconds=SECONDS))
    messages.info(request, ngettext("%(count)s link checked.", "%(count)s links checked.", done) % {"count": done})
    if left := len(links) - done:
        messages.warning(
            request,
            ngettext(
                "%(count)s link was not reached in time: check it again.",
                "%(count)s links were not reached in time: check them again.",
                left,
            )
            % {"count": left},
        )


class HostFilter(admin.SimpleListFilter):
    """The sites with the most links that fail: there are too many sites to show them all."""

    title = gettext_lazy("site")
    parameter_name = "host"

    def lookups(self, request, model_admin):
        hosts = Link.objects.failing().values_list("host").annotate(number=Count("pk")).order_by("-number", "host")
        found = [(host, host) for host, _number in hosts[:MOST_HOSTS]]
        asked = request.GET.get(self.parameter_name)
        return found if not asked or (asked, asked) in found else [*found, (asked, asked)]

    def queryset(self, request, queryset):
        return queryset.filter(host=self.value().replace("\0", "")) if self.value() else queryset


class LinkList(ChangeList):
    """The list of links, each with the objects that show it, found for the whole page at once."""

    def get_results(self, request):
        super().get_results(request)
        owners = defaultdict(dict)
        for url, instance in uses({link.url for link in self.result_list}):
            owners[url][owner_of(instance)] = None
        for link in self.result_list:
            link.owners = list(owners[link.url])


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    """What the checker found. Nothing is typed here: an address is changed where it stands, or by an action."""

    list_display = ["address", "shown_in", "finding", "failed_on", "good_on"]
    list_display_links = None
    fields = ["address", "shown_in", "finding", "failed_on", "failed_days", "good_on", "checked_at"]
    readonly_fields = ["address", "shown_in", "finding"]
    list_filter = ["verdict", "reason", HostFilter]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["url", "proposed_url"]
    list_per_page = 50
    actions = ["use_proposed_address", "check_again"]

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or self.has_check_permission(request)

    def has_check_permission(self, request):
        return request.user.has_perm("directory.change_link")

    def get_changelist(self, request, **kwargs):
        return LinkList

    @admin.display(description=gettext_lazy("link"), ordering="url")
    def address(self, link):
        shown = format_html('<a href="{}" rel="noopener noreferrer">{}</a>', link.url, link.url)
        if link.proposed_url:
            shown = format_html(
                '{}<br>→ <a href="{}" rel="noopener noreferrer">{}</a>', shown, link.proposed_url, link.proposed_url
            )
        return shown

    @admin.display(description=gettext_lazy("verdict"), ordering="verdict")
    def finding(self, link):
        return link.finding

    @admin.display(description=gettext_lazy("shown in"))
    def shown_in(self, link):
        owners = getattr(link, "owners", None)
        if owners is None:
            owners = dict.fromkeys(owner_of(instance) for _url, instance in uses({link.url}))
        return format_html_join(", ", '<a href="{}">{}</a>', ((address_of(owner), owner) for owner in owners))

    @admin.action(description=gettext_lazy("Use the proposed address"), permissions=["check"])
    def use_proposed_address(self, request, queryset):
        for link in queryset:
            if not link.proposed_url:
                messages.warning(request, _("No other address is proposed for %(link)s.") % {"link": link})
                continue
            # Isolated: an address stays in its order and, where the admin makes the first letter big, as it is.
            url = f"\u2066{link.url}\u2069"
            changed, left = use_proposal(link, request.user, may_change=may_change)
            if changed:
                names = ", ".join(str(owner_of(instance)) for instance in changed)
                messages.success(request, _("%(link)s is replaced in: %(names)s.") % {"link": url, "names": names})
            if left:
                names = ", ".join(str(owner_of(instance)) for instance in left)
                messages.error(request, _("%(link)s stays in: %(names)s.") % {"link": url, "names": names})

    @admin.action(description=gettext_lazy("Check again"), permissions=["check"])
    def check_again(self, request, queryset):
        check_now(request, queryset)


class LinkStateMixin:
    """For the admin of a model that shows links: their state in the form, and a button that checks them now.

    The button answers on a page of its own, so that what is being typed in the form stays there.
    """

    change_form_template = "admin/links/change_form.html"

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "link_state"]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_links"
        checking = self.admin_site.admin_view(require_POST(self.check_links))
        return [path("<int:pk>/links/", checking, name=name), *super().get_urls()]

    def check_links(self, request, pk):
        """Check the links of one object now, and show what was found."""
        instance = self.get_object(request, pk)
        if instance is None:
            raise Http404
        if not (self.has_change_permission(request, instance) and may_change(request.user, instance)):
            raise PermissionDenied
        urls = links_of(instance)
        remember(urls)
        check_now(request, Link.objects.filter(url__in=urls))
        context = self.admin_site.each_context(request) | {
            "title": _("Links: %(name)s") % {"name": instance},
            "opts": self.opts,
            "original": instance,
            "links": with_state(urls),
        }
        return TemplateResponse(request, "admin/links/checked.html", context)

    @admin.display(description=gettext_lazy("state of its links"))
    def link_state(self, instance):
        if not instance.pk:
            return "-"
        return render_to_string("admin/links/_state.html", {"links": with_state(links_of(instance))})
