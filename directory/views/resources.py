from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _

from directory.filters import ResourceFilter
from directory.models import Branch, Resource
from directory.models.resources import PLACES
from directory.places import parameter_of
from directory.search.answers import count_empty_search, nearest_with_some, other_answers
from directory.translations.provenance import CARD_TEXTS, of_page
from directory.views.withdrawn import MOST_RELATED, follow, what_became_of
from themes.models import Topic

PER_PAGE = 20


def resource_list(request):
    filterset = ResourceFilter(request.GET, Resource.objects.published())
    if filterset.form.is_valid() and (typed := filterset.form.cleaned_data["lieu"]):
        return redirect(f"{request.path}?{with_place(request.GET, typed)}")
    if moved := filterset.moved_query:
        return follow(request, request.path, moved)
    search = filterset.search
    paginator = Paginator(filterset.qs.for_cards(filterset.place, with_body=bool(search)), PER_PAGE)
    paginator.count = filterset.total
    page_error, asked = "", request.GET.get("page", "").strip() or "1"
    try:
        page = paginator.page(asked)
    except (EmptyPage, PageNotAnInteger):
        page = paginator.page(1)
        page.object_list = []
        page_error = _("There is no page “%(page)s” here: the last one is %(last)s.") % {
            "page": asked[:20],
            "last": paginator.num_pages,
        }
    return render(
        request,
        "resources/list.html",
        {
            "filterset": filterset,
            "form": filterset.form,
            "search": search,
            "answers": other_answers(search) if search and search.has_words and page.number == 1 else [],
            "advice": advise(filterset) if search and not filterset.total else None,
            "page": page,
            "page_error": page_error,
            "provenance": of_page(get_language(), [(entry, CARD_TEXTS) for entry in page.object_list]),
        },
        status=404 if page_error else 200,
    )


def advise(filterset):
    """What to try when nothing answers: the words without the filters, and where the nearest that have some are."""
    entries, search = Resource.objects.published(), filterset.search
    if not search.has_words:
        return {}
    if search.share is None:
        count_empty_search(search)
        return {"did_you_mean": search.did_you_mean}
    return {
        "without_filters": entries.matching(search).count(),
        "query": filterset.query_of_words,
        "departments": nearest_with_some(filterset.narrowed(), filterset.place) if filterset.place else [],
    }


def with_place(query, place):
    """The query with the place typed in the box as a code that can be shared, and from the first page."""
    query = query.copy()
    query.pop("lieu")
    query.pop("page", None)
    query.appendlist(*parameter_of(place))
    return query.urlencode()


def resource_detail(request, slug):
    entries = Resource.objects.published().with_link().prefetch_related(*PLACES)
    resource = entries.filter(slug=slug).first()
    if resource is None:
        return what_became_of(request, Resource, slug)
    return render(
        request,
        "resources/detail.html",
        {
            "resource": resource,
            "topics": Topic.objects.filter(resources=resource).select_related("theme"),
            "branches": Branch.objects.filter(resource=resource).with_link().prefetch_related("departments"),
            "related": Resource.objects.published().related_to(resource).for_cards()[:MOST_RELATED],
            "provenance": of_page(get_language(), [(resource, ("title", "summary", "body"))]),
        },
    )
