from collections import Counter, defaultdict
from contextlib import closing

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from directory.links.checking import check
from directory.links.uses import collect, links_of
from directory.models import Link, Resource
from directory.models.links import Verdict


class Command(BaseCommand):
    help = "Check the links of the content: those that are due, or those asked for. Stop and run it again at will."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="every link, due or not")
        parser.add_argument("--url", action="append", help="this link; repeatable")
        parser.add_argument("--entry", metavar="SLUG", help="the links of one entry and its branches")
        parser.add_argument("--host", help="the links to one site")
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many, those checked longest ago first")

    def handle(self, **options):
        collect()
        links = self.asked_for(**options)
        self.stdout.write(f"{len(links)} links to check")
        by_host, is_heard, number = defaultdict(Counter), False, 0
        try:
            with closing(check(links)) as checked:
                for number, link in enumerate(checked, start=1):
                    by_host[link.host][link.verdict] += 1
                    is_heard = is_heard or link.is_heard
                    self.stdout.write(f"{number} of {len(links)}: {line(link)}")
                    self.stdout.flush()
            if number < len(links):
                self.stdout.write(f"{len(links) - number} left for another day.")
        except KeyboardInterrupt:
            self.stdout.write("Stopped. What was checked is written; run it again for the rest.")
        for host, verdicts in sorted(by_host.items()):
            self.stdout.write(f"  {host}: {counted(verdicts)}")
        if by_host and not is_heard:
            self.stdout.write("No server answered: the fault may be on this side.")
        self.stdout.write(f"In all: {counted(sum(by_host.values(), Counter())) or 'nothing'}")

    def asked_for(self, *, all, url, entry, host, limit, **options):
        """The Links that the options name; raises CommandError when they name none that the site shows."""
        links = Link.objects.all()
        if url:
            links = links.filter(url__in=url)
            if unknown := set(url) - set(links.values_list("url", flat=True)):
                raise CommandError(f"The site does not show: {', '.join(sorted(unknown))}")
        if entry:
            resource = Resource.objects.filter(slug=entry).first()
            if resource is None:
                raise CommandError(f"There is no entry “{entry}”.")
            links = links.filter(url__in=links_of(resource))
        if host:
            links = links.filter(host=host.lower())
            if not links.exists():
                raise CommandError(f"The site shows no link to {host}.")
        if not (all or url or entry or host):
            links = links.due(timezone.localdate())
        return list(links.longest_ago_first()[: max(limit, 0) if limit is not None else None])


def line(link):
    """What was found of a Link, in one line."""
    return f"{link.url}: {link.finding}{f' → {link.proposed_url}' if link.proposed_url else ''}"


def counted(verdicts):
    return ", ".join(f"{verdicts[verdict]} {verdict.value}" for verdict in Verdict if verdicts[verdict])
