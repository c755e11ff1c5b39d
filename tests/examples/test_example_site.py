"""The bundled example site: as many adverts as promised, harmless in majority, fictional throughout, and really served."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from examples.site import PLATFORMS, adverts, changes, definitions, serve, truth
from examples.site.phones import DIGIT_WORDS, RANGES, NumberBook, e164, typed
from strazha.model.source import Source

ROOT = Path(__file__).parents[2]
BASES_PROMISED, ADVERTS_PROMISED = 120, 450
#: What no text of the repository may say. Bland words on purpose: the list must not be worse than what it forbids.
EXPLICIT = re.compile(
    r"\b(sex\w*|секс\w*|porno\w*|порно\w*|nudes?|nackt|голи|голая|gola|oral|орал\w*|anal|анал\w{0,2})\b", re.I
)
MINORS = re.compile(r"\b(?:на|age[d]?|of)\s+1[0-7]\b|\b1[0-7]\s*(?:г\.|години|ani|Jahre|years|лет)\b", re.I)


def text_of(advert) -> str:
    return "\n".join([advert.title, advert.body, advert.seller, advert.contact])


@pytest.fixture(scope="module")
def site():
    with serve(1) as running:
        yield running


@pytest.fixture
def first_state(site):
    site.show(1)
    return site


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode("utf-8")


def test_as_many_adverts_and_texts_as_promised():
    for state in (1, 2):
        ads = adverts(state)
        assert len(ads) >= ADVERTS_PROMISED
        assert len({ad.base for ad in ads}) >= BASES_PROMISED
        assert len({ad.advert_id for ad in ads}) == len(ads)
        assert len({(ad.platform, ad.number) for ad in ads}) == len(ads)
        assert len({(ad.title, ad.body, ad.place) for ad in ads}) >= len(ads) - 5


def test_the_harmless_are_the_majority_and_every_group_is_of_one_kind():
    ads = adverts(1)
    kinds = Counter(ad.kind for ad in ads)
    assert kinds["harmless"] > len(ads) / 2
    assert kinds["independent"] >= 30
    assert len({ad.group for ad in ads if ad.kind == "operation"}) >= 12
    kinds_of = {}
    for ad in ads:
        kinds_of.setdefault(ad.group, set()).add(ad.kind)
    assert all(len(found) == 1 for found in kinds_of.values())


def test_the_six_ways_of_writing_all_have_their_share():
    ads = adverts(1)
    share = Counter("bg-latin" if ad.latin_bg else ad.lang for ad in ads)
    assert share["bg"] == max(share.values())
    for way in ("bg-latin", "en", "ro", "ru", "de"):
        assert share[way] >= 0.07 * len(ads), way


def test_two_loads_give_the_same_adverts():
    code = "import json; from examples.site.adverts import truth; print(json.dumps([truth(1), truth(2)]))"
    again = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert json.loads(again) == json.loads(json.dumps([truth(1), truth(2)]))


def test_the_second_state_differs_exactly_as_told():
    found = changes()
    assert len(found.new) >= 20
    assert len(found.changed) == 15
    assert len(found.gone) == 20
    before, after = ({ad.advert_id: ad for ad in adverts(state)} for state in (1, 2))
    assert set(after) - set(before) == found.new
    assert set(before) - set(after) == found.gone
    shown = {key for key in set(before) & set(after) if before[key] != after[key]}
    assert shown == found.changed
    parts = [found.of(source_id) for source_id in PLATFORMS.values()]
    assert all(part.new and part.changed and part.gone for part in parts)
    assert sum(len(part.changed) for part in parts) == 15


def test_every_number_on_the_site_is_fictional():
    allowed = [code + prefix.replace(" ", "")[1:] for prefix, _, code in RANGES.values()]
    for ad in [*adverts(1), *adverts(2)]:
        for phone in ad.phones:
            assert any(phone.startswith(start) for start in allowed), ad.ref
        # Whatever looks like a telephone, in any plain notation, must be the number told in the truth.
        for run in re.findall(r"\+?\d(?:[\d .*/-]{7,}\d)", text_of(ad)):
            digits = re.sub(r"\D", "", run)
            if digits.startswith("000555"):
                continue  # an invented company number
            assert any(phone[1:].endswith(digits[-8:]) for phone in ad.phones), (ad.ref, run)
        for host in re.findall(r"@([\w.-]+\w)", ad.body):
            assert host in {"example.com", "example.org", "example.bg"}


def test_no_two_groups_share_a_mailbox():
    owners = {}
    for ad in [*adverts(1), *adverts(2)]:
        for address in re.findall(r"[\w.-]+@[\w.-]+\w", ad.body):
            owners.setdefault(address, set()).add(ad.group)
    assert owners
    assert {address: groups for address, groups in owners.items() if len(groups) > 1} == {}


def test_nothing_explicit_and_adults_only():
    for ad in [*adverts(1), *adverts(2)]:
        assert not EXPLICIT.search(text_of(ad)), ad.ref
        if ad.ad_type == "adult" or ad.kind == "operation":
            assert not MINORS.search(text_of(ad)), ad.ref


def test_operations_show_what_they_are_there_to_show():
    ads = [ad for ad in adverts(1) if ad.kind == "operation"]
    groups = {}
    for ad in ads:
        groups.setdefault(ad.group, []).append(ad)
    assert any({"job", "adult"} <= {ad.ad_type for ad in group} for group in groups.values()), "recruitment and sales"
    assert any(len({phone for ad in group for phone in ad.phones}) >= 4 for group in groups.values()), "rotating numbers"
    assert any(len({ad.country for ad in group}) >= 3 for group in groups.values()), "several countries"
    assert any({ad.latin_bg for ad in group} == {True, False} for group in groups.values()), "two scripts"
    assert sum(ad.phone_obscured for ad in ads) >= 40
    kinds = {ad.ad_type for ad in ads}
    assert {"job", "adult", "transport", "other"} <= kinds
    # No two groups share a number, but for the newspaper's desk.
    owners = {}
    for ad in adverts(1):
        for phone in ad.phones:
            owners.setdefault(phone, set()).add("hub" if ad.hub_phone else ad.group)
    assert all(len(groups) == 1 for groups in owners.values())
    hub = [ad for ad in adverts(1) if ad.hub_phone]
    assert len(hub) >= 10
    assert len({ad.group for ad in hub}) == len(hub)
    assert {ad.kind for ad in hub} == {"harmless"}


@pytest.mark.parametrize("style", ["plain", "spaced", "intl", "dots", "starred", "emoji", "look"])
@pytest.mark.parametrize("kind", ["bg", "uk", "de"])
def test_a_typed_number_reads_back(style, kind):
    digits = NumberBook().number("somebody", kind)
    text = typed(digits, style).translate(str.maketrans({"O": "0", "l": "1", "З": "3", "б": "6"}))
    back = re.sub(r"\D", "", text)
    assert back == (e164(digits)[1:] if style == "intl" else digits)


@pytest.mark.parametrize("lang", DIGIT_WORDS)
def test_a_number_in_words_reads_back(lang):
    digits, words = NumberBook().number("somebody"), DIGIT_WORDS[lang].split()
    assert "".join(str(words.index(word)) for word in typed(digits, "words", lang).split()) == digits
    assert (
        "".join(word if word.isdigit() else str(words.index(word)) for word in typed(digits, "mixed", lang).split()) == digits
    )


@pytest.mark.live
def test_the_classifieds_site_leads_to_every_advert(first_state):
    base = first_state.base_urls["classifieds"]
    wanted = {ad.path: ad for ad in adverts(1) if ad.platform == "classifieds"}
    found, todo = set(), re.findall(r'href="(/obiavi/\w+/)"><b>', get(base + "/"))
    while todo:
        page = get(base + todo.pop())
        found.update(re.findall(r'class="ad" href="(/obiava/\d+)"', page))
        todo += re.findall(r'rel="next" href="([^"]+)"', page)
    assert found == set(wanted)
    path, ad = next((path, ad) for path, ad in wanted.items() if ad.contact and ad.seller)
    page = get(base + path)
    for shown in (ad.contact, ad.place, ad.number, ad.posted.strftime("%d.%m.%Y %H:%M")):
        assert shown in page
    assert "Disallow" in get(base + "/robots.txt")


@pytest.mark.live
def test_the_job_board_has_sitemap_feed_and_json_ld(first_state):
    base = first_state.base_urls["jobs"]
    wanted = {base + ad.path: ad for ad in adverts(1) if ad.platform == "jobs"}
    assert f"Sitemap: {base}/sitemap.xml" in get(base + "/robots.txt")
    listed = {
        element.text for element in ElementTree.fromstring(get(base + "/sitemap.xml")).iter() if element.tag.endswith("loc")
    }
    assert listed == {base + "/", *wanted}
    feed = ElementTree.fromstring(get(base + "/rss.xml"))
    assert {element.text for element in feed.iter("guid")} <= set(wanted)
    for address, ad in list(wanted.items())[:10]:
        page = get(address)
        posting = json.loads(re.search(r'ld\+json">(.*?)</script>', page, re.S)[1])
        assert (posting["title"], posting["description"]) == (ad.title, ad.body)
        assert posting["identifier"]["value"] == ad.number


@pytest.mark.live
def test_the_second_state_is_shown_while_the_site_runs(first_state):
    before = {ad.advert_id: ad for ad in adverts(1)}
    gone = next(before[key] for key in changes().gone if before[key].platform == "classifieds")
    address = first_state.base_urls["classifieds"] + gone.path
    assert gone.number in get(address)
    first_state.show(2)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(address)
    with pytest.raises(ValueError, match="states 1 and 2"):
        first_state.show(3)


@pytest.mark.live
@pytest.mark.parametrize("path", ["/nothing", "/obiavi/none/", "/obiavi/razni/?page=0", "/obiavi/razni/?page=x", "/obiava/1"])
def test_unknown_pages_are_answered_with_404(first_state, path):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(first_state.base_urls["classifieds"] + path)


def test_the_definitions_carry_the_real_addresses(tmp_path):
    urls = {"classifieds": "http://127.0.0.1:40001", "jobs": "http://127.0.0.1:40002"}
    paths = definitions(urls, tmp_path)
    assert {path.parent.name for path in paths} == {"demo"}
    sources = [Source.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths]
    assert {source.id for source in sources} == set(PLATFORMS.values())
    for source, address in zip(sources, urls.values(), strict=True):
        assert all(start.startswith(address + "/") for start in source.start)
        assert source.hosts[0].private
        assert source.hosts[0].ports == (int(address.rsplit(":", 1)[1]),)
        assert source.legal_basis.authority.startswith("Demonstration only")
        assert source.legal_basis.valid_until.year == 2036


def test_the_default_definitions_hold_as_they_are():
    for path in (ROOT / "examples/site/sources/demo").glob("*.yaml"):
        Source.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_truth_can_be_printed(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["site", "--truth", "--state", "2"])
    importlib.import_module("examples.site.__main__").main()
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == len(adverts(2))
    assert {"advert_id", "source_id", "group", "kind", "phones"} <= set(rows[0])


@pytest.mark.live
def test_the_module_serves_until_it_is_stopped():
    command = [sys.executable, "-m", "examples.site", "--port", "0", "--state", "2"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            platforms = dict(process.stdout.readline().strip().split(": ") for _ in PLATFORMS)
            assert set(platforms) == set(PLATFORMS)
            assert "Мегдан" in get(platforms["classifieds"])
            assert "Пътека" in get(platforms["jobs"])
        finally:
            process.terminate()
