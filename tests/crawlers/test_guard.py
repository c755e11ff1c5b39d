"""The address guard: which addresses pass, in all the ways they can be written and reached."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from crawlers.engine import crawl
from crawlers.guard.addresses import numeric_host, reach
from crawlers.guard.guard import Guard, shown
from crawlers.guard.resolver import GuardedResolver
from strazha.errors import RefusedAddressError
from strazha.evidence.landing import Landing
from strazha.model.source import Source
from tests.crawlers.conftest import RUN, Site, definition, errors_of, source_of


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("9.9.9.9", "public"), ("2a00:1450:4001::1", "public"), ("::ffff:9.9.9.9", "public"),
        ("127.0.0.1", "private"), ("127.8.8.8", "private"), ("10.1.2.3", "private"), ("172.16.0.1", "private"),
        ("172.32.0.1", "public"), ("192.168.1.1", "private"), ("::1", "private"), ("fd12:3456::1", "private"),
        ("::ffff:127.0.0.1", "private"), ("::127.0.0.1", "private"), ("2002:7f00:1::", "private"),
        ("64:ff9b::10.0.0.1", "private"),
        ("169.254.169.254", "never"), ("::ffff:169.254.169.254", "never"), ("64:ff9b::a9fe:a9fe", "never"),
        ("fe80::1", "never"), ("fe80::1%eth0", "never"), ("0.0.0.0", "never"), ("::", "never"), ("224.0.0.1", "never"),
        ("ff02::1", "never"), ("255.255.255.255", "never"), ("100.100.100.200", "never"), ("168.63.129.16", "never"),
        ("fd00:ec2::254", "never"), ("192.0.0.192", "never"), ("2001::1", "never"), ("fec0::1", "never"),
        ("198.18.0.1", "never"),
        ("203.0.113.9", "never"), ("2001:db8::1", "never"), ("4000::1", "never"),
    ],
)  # fmt: skip
def test_reach(address: str, kind: str) -> None:
    assert reach(address) == kind


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"), ("0x7f.0x0.0x0.0x1", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"), ("0", "0.0.0.0"), ("[::1]", "::1"), ("[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        ("example.com", None), ("256.256.256.256", None), ("127.0.0.0.1", None), ("08.0.0.1", None), ("1e3", None), ("", None),
        ("4294967296", None), ("1" * 5000, None),
    ],
)  # fmt: skip
def test_numeric_host(written: str, meant: str | None) -> None:
    assert numeric_host(written) == meant


def guard(**host: Any) -> Guard:
    entry = {"host": "ads.example.com", "ports": [80, 443, 8080], **host}
    name = entry["host"]
    return Guard(Source.model_validate(definition(80, start=[f"http://{name}/"], hosts=[entry])))


@pytest.mark.parametrize(
    "url",
    ["http://ads.example.com/x", "https://ads.example.com", "http://ADS.example.com.:8080/", "http://ads%2eexample.com/"],
)
def test_addresses_of_a_listed_host_pass(url: str) -> None:
    assert guard().check(url).host == "ads.example.com"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "not among the source's hosts"),
        ("http://www.ads.example.com/", "not among the source's hosts"),
        ("http://ads.example.com.evil.example/", "not among the source's hosts"),
        ("http://badads.example.com/", "not among the source's hosts"),
        ("http://ads.example.com:22/", "port 22"),
        ("ftp://ads.example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("//ads.example.com/", "scheme"),
        ("http://user:pass@ads.example.com/", "user name"),
        ("http://ads.example.com@10.0.0.1/", "user name"),
        ("http:///x", "names no host"),
        ("http://ads.example.com:99999/", "no valid address"),
        ("http://[::1", "no valid address"),
        ("http://127.0.0.1/", "not among"),
        ("http://１２７.０.０.１/", "not among"),
    ],
)
def test_other_addresses_are_refused(url: str, why: str) -> None:
    with pytest.raises(RefusedAddressError, match=why):
        guard().check(url)


def test_subdomains_pass_only_where_the_definition_says_so() -> None:
    assert guard(subdomains=True).check("http://sofia.ads.example.com/").host == "ads.example.com"
    with pytest.raises(RefusedAddressError):
        guard(subdomains=True).check("http://badads.example.com/")


@pytest.mark.parametrize("written", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "１２７.0.0.1"])
def test_a_loopback_literal_needs_the_flag_even_where_it_is_listed(written: str) -> None:
    with pytest.raises(RefusedAddressError, match="private or loopback"):
        guard(host="127.0.0.1").check(f"http://{written}/")
    assert guard(host="127.0.0.1", private=True).check(f"http://{written}/").private


def test_metadata_addresses_are_refused_whatever_the_definition_says() -> None:
    with pytest.raises(RefusedAddressError, match="metadata"):
        guard(host="169.254.169.254", private=True).check("http://169.254.169.254/latest/meta-data/")


class _Names:
    """A name system that answers as told."""

    def __init__(self, *answers: str) -> None:
        self.answers = answers

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *_: Any) -> Any:
        receiver.resolutionBegan(self)
        for answer in self.answers:
            make = IPv6Address if ":" in answer else IPv4Address
            receiver.addressResolved(make("TCP", answer, port))
        receiver.resolutionComplete()
        return self


class _Receiver:
    def __init__(self) -> None:
        self.addresses: list[str] = []

    def resolutionBegan(self, _: Any) -> None:
        pass

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        pass


class _Reactor:
    def __init__(self, names: _Names) -> None:
        self.nameResolver = names


@pytest.mark.parametrize(
    ("answers", "passed"),
    [
        (["9.9.9.9"], ["9.9.9.9"]),
        (["127.0.0.1"], []),
        (["169.254.169.254", "::1", "fe80::1"], []),
        (["10.0.0.5", "9.9.9.9"], ["9.9.9.9"]),
        (["::ffff:10.0.0.5"], []),
    ],
)
def test_connections_go_to_checked_addresses_only(answers: list[str], passed: list[str]) -> None:
    own, receiver = guard(), _Receiver()
    GuardedResolver(own, _Reactor(_Names(*answers))).resolveHostName(receiver, "ads.example.com", 80)
    assert receiver.addresses == passed
    assert ("ads.example.com" in own.refused_names) is (len(passed) < len(answers))


def test_reports_show_addresses_without_passwords_and_control_characters() -> None:
    assert shown("http://user:secret@ads.example.com/a\x1b[31m\n") == "http://ads.example.com/a�[31m�"
    assert len(shown("http://x/" + "y" * 5000)) == 300


@pytest.mark.live
def test_a_listed_name_that_resolves_to_loopback_is_refused_in_a_crawl(site: Site, landing: Landing) -> None:
    """``localhost`` stands for a name whose owner points it at the crawler's own machine."""
    site.adverts(range(1, 3))
    hosts = [
        {"host": "127.0.0.1", "ports": [site.port], "private": True},
        {"host": "localhost", "ports": [site.port]},
    ]
    site.page("/list", f'<a class=item href="http://localhost:{site.port}/item/1">1</a><a class=item href="/item/2">2</a>')
    report = crawl(source_of(site, hosts=hosts), landing, RUN)
    assert errors_of(report) == {"refused address": ["item/1"]}
    assert "loopback" in report.errors[0].detail
    assert "/item/1" not in site.asked
    assert report.adverts == 1


@pytest.mark.live
def test_redirects_are_guarded_and_robots_txt_is_too(site: Site, landing: Landing) -> None:
    other = Site()
    try:
        site.page("/list", "".join(f"<a class=item href=/item/{n}>{n}</a>" for n in range(1, 5)))
        site.page("/item/1", status=302, Location=f"{other.origin}/secret")
        site.page("/item/2", status=301, Location="http://169.254.169.254/latest/meta-data/")
        site.page("/item/3", status=302, Location="file:///etc/passwd")
        site.page("/item/4", status=302, Location=f"http://localhost:{other.port}/")
        site.page("/robots.txt", status=302, Location=f"{other.origin}/robots.txt")
        polite = {**definition(site)["politeness"], "robots": False}
        report = crawl(source_of(site, politeness=polite), landing, RUN)
        assert errors_of(report) == {"refused address": ["item/1", "item/2", "item/3", "item/4"]}
        report = crawl(source_of(site, politeness={**polite, "robots": True}), landing, RUN[:-1] + "3")
        assert list(errors_of(report)) == ["robots"]
        assert other.asked == []
    finally:
        other.close()
