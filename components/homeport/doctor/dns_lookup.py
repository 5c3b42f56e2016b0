"""Asks the name servers above a domain, over the network, within seconds; it never fails and never hangs.

The only place that imports dnspython (https://www.dnspython.org/).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.rdata import Rdata

#: Longest wait for one answer, and for all of them together, in seconds.
ONE: Final = 2.0
ALL: Final = 15.0
#: Servers of one zone that are tried before it counts as silent.
_TRIES: Final = 3

Ask = Callable[[dns.message.Message, str, float], dns.message.Message]


class Parents:
    """What the zone above a domain holds for it, from its own name servers: no resolver's memory in between.

    Where a server serves both zones, it answers from the lower one; no question tells the two apart.
    https://www.rfc-editor.org/rfc/rfc1034#section-4.2.1 and https://www.rfc-editor.org/rfc/rfc4035#section-3.1.4.1
    """

    def __init__(
        self,
        resolver: dns.resolver.Resolver | None = None,
        ask: Ask | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args: what finds name servers and their addresses; what asks one; what the time is taken from."""
        self._resolver = resolver
        self._ask = ask or _ask
        self._clock = clock
        self._end = clock() + ALL
        self._above: dict[dns.name.Name, list[str]] = {}

    def __call__(self, domain: str, kind: Literal["NS", "DS"]) -> list[str] | None:
        """Records of `domain` in the zone above; empty where it has none, None where nobody answers."""
        try:
            name = dns.name.from_text(domain)
            for server in self._servers(name.parent()):
                records = self._one(name, kind, server)
                if records is not None:
                    return records
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return None

    def _one(self, name: dns.name.Name, kind: Literal["NS", "DS"], server: str) -> list[str] | None:
        query = dns.message.make_query(name, kind, use_edns=True)
        query.flags &= ~dns.flags.RD
        try:
            answer = self._ask(query, server, self._left())
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        if answer.rcode() == dns.rcode.NXDOMAIN:
            return []
        if answer.rcode() != dns.rcode.NOERROR:
            return None
        wanted = dns.rdatatype.from_text(kind)
        # A delegation stands in the authority section, a DS record in the answer.
        sets = [*answer.answer, *(answer.authority if kind == "NS" else [])]
        out: set[str] = set()
        for found in sets:
            if found.name == name and found.rdtype == wanted:
                out.update(record.to_text() for record in cast("Iterable[Rdata]", found))
        return sorted(out)

    def _servers(self, above: dns.name.Name) -> Iterator[str]:
        """Addresses of the name servers of the zone that `above` lies in, one for each of the first servers."""
        if above not in self._above:
            self._above[above] = list(self._find(above))
        yield from self._above[above]

    def _find(self, above: dns.name.Name) -> Iterator[str]:
        resolver = self._resolver or dns.resolver.Resolver()
        zone = above
        while True:
            try:
                found = resolver.resolve(zone, "NS", lifetime=self._left(), search=False)
                break
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                if zone == dns.name.root:
                    return
                zone = zone.parent()
        for server in sorted(str(record) for record in found)[:_TRIES]:
            for kind in ("A", "AAAA"):
                try:
                    addresses = resolver.resolve(server, kind, lifetime=self._left(), search=False)
                except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.NoNameservers):
                    continue
                yield str(next(iter(addresses)))
                break

    def _left(self) -> float:
        """Seconds that the next question may take.

        Raises:
            dns.exception.Timeout: none are left.
        """
        left = min(ONE, self._end - self._clock())
        if left <= 0:
            raise dns.exception.Timeout
        return left


def _ask(query: dns.message.Message, server: str, seconds: float) -> dns.message.Message:
    answer, _ = dns.query.udp_with_fallback(query, server, timeout=seconds, ignore_unexpected=True)
    return answer
