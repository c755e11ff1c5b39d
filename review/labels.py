"""The names under which users read enumerations, fields and languages. Translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from review.i18n import marked
from strazha.model import AdType, Band, MentionKind, Outcome, Strength

BANDS: Mapping[str, str] = {
    Band.URGENT: marked("urgent"),
    Band.HIGH: marked("high"),
    Band.MEDIUM: marked("medium"),
    Band.LOW: marked("low"),
}
AD_TYPES: Mapping[str, str] = {
    AdType.JOB: marked("job offer"),
    AdType.ADULT: marked("adult services"),
    AdType.TRANSPORT: marked("transport"),
    AdType.OTHER: marked("other offer"),
    AdType.BENIGN: marked("harmless type"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.REFER: marked("Refer"),
    Outcome.MONITOR: marked("Monitor"),
    Outcome.INSUFFICIENT: marked("Insufficient"),
    Outcome.INDEPENDENT: marked("Independent"),
    Outcome.SPAM: marked("Spam or scam"),
    Outcome.NOT_RELEVANT: marked("Not relevant"),
}
#: What each outcome means, beside its button.
OUTCOME_HELP: Mapping[str, str] = {
    Outcome.REFER: marked("hand over for investigation or to the referral mechanism"),
    Outcome.MONITOR: marked("keep watching; come back when something changes"),
    Outcome.INSUFFICIENT: marked("indicators present, but too little to act on"),
    Outcome.INDEPENDENT: marked("reads as a person working on their own account"),
    Outcome.SPAM: marked("advertising noise or fraud without exploitation"),
    Outcome.NOT_RELEVANT: marked("nothing here for this unit"),
}
#: Grounds of each outcome, to choose from instead of writing the same again; the code is what a decision keeps.
GROUNDS: Mapping[str, Mapping[str, str]] = {
    Outcome.REFER: {
        "refer.several": marked("several dimensions are positive"),
        "refer.youth": marked("wording hints at youth"),
        "refer.control": marked("many adverts under one control"),
        "refer.help": marked("words of coercion or for help"),
    },
    Outcome.MONITOR: {
        "monitor.forming": marked("a pattern is forming"),
        "monitor.growing": marked("new adverts are to be expected"),
        "monitor.known": marked("another unit works on it"),
    },
    Outcome.INSUFFICIENT: {
        "insufficient.weak": marked("weak or single indicators"),
        "insufficient.short": marked("too little text to tell"),
        "insufficient.unverifiable": marked("cannot be checked from the advert"),
    },
    Outcome.INDEPENDENT: {
        "independent.terms": marked("states own terms and limits"),
        "independent.stable": marked("one name, one number, one place over time"),
        "independent.registered": marked("own premises or registration named"),
    },
    Outcome.SPAM: {
        "spam.copied": marked("copied in mass"),
        "spam.fraud": marked("advance fee or phishing"),
        "spam.platform": marked("advertises another site"),
    },
    Outcome.NOT_RELEVANT: {
        "not_relevant.ordinary": marked("an ordinary offer"),
        "not_relevant.misread": marked("misread by the machine"),
        "not_relevant.remit": marked("outside this unit's remit"),
    },
}
#: Sentence of each ground, whatever its outcome.
GROUND: Mapping[str, str] = {code: text for grounds in GROUNDS.values() for code, text in grounds.items()}
#: What happened to an item on its way from hand to hand.
HANDS: Mapping[str, str] = {
    "taken": marked("taken"),
    "handed": marked("handed over"),
    "released": marked("put back"),
    "decided": marked("decided"),
}
SCOPES: Mapping[str, str] = {
    "read": marked("reading only"),
    "full": marked("all that the account's role may"),
}
JUDGEMENTS: Mapping[str, str] = {
    "none": marked("taken back"),
    "confirmed": marked("confirmed"),
    "cut": marked("cut"),
    "never": marked("kept apart"),
}
MENTIONS: Mapping[str, str] = {
    MentionKind.PHONE: marked("telephone"),
    MentionKind.EMAIL: marked("e-mail address"),
    MentionKind.HANDLE: marked("account name"),
    MentionKind.NAME: marked("name"),
    MentionKind.AGE: marked("age"),
    MentionKind.PRICE: marked("price"),
    MentionKind.PLACE: marked("place"),
    MentionKind.URL: marked("web address"),
}
STRENGTHS: Mapping[str, str] = {
    Strength.STRONG: marked("strong"),
    Strength.MEDIUM: marked("medium"),
    Strength.WEAK: marked("weak"),
    Strength.COUNTER: marked("speaks against"),
}
VALIDITY: Mapping[str, str] = {
    "supports": marked("Tested against known cases: supported"),
    "contrary": marked("Tested against known cases: points the other way"),
    "mixed": marked("Tested against known cases: mixed results"),
    "untested": marked("Not tested against known cases"),
}
METHODS: Mapping[str, str] = {
    "pattern": marked("wording"),
    "semantic": marked("similar meaning"),
    "derived": marked("derived"),
}
#: Kinds of comparisons that link adverts (clusters/compare).
COMPARISONS: Mapping[str, str] = {
    "contact": marked("shared contact"),
    "text": marked("similar text"),
    "copy": marked("copied text"),
    "template": marked("shared template"),
    "image": marked("shared picture"),
    "vector": marked("similar meaning"),
    "name_age_city": marked("same person"),
    "time_place": marked("same time and place"),
}
#: What was done to hide a contact, and what else is said of a mention (nlp/extract).
DISGUISED = marked("disguised")
REMARKS: tuple[str, ...] = (
    marked("words"), marked("look-alikes"), marked("emoji"), marked("hidden characters"), marked("spacing"),
    marked("separators"), marked("text between"), marked("fictional range"), marked("by number"), marked("origin"),
    marked("destination"), marked("split"),
)  # fmt: skip
PER: Mapping[str, str] = {
    "hour": marked("per hour"),
    "day": marked("per day"),
    "week": marked("per week"),
    "month": marked("per month"),
    "trip": marked("per trip"),
}
#: States of runs and crawls, and their reasons to end.
STATES: Mapping[str, str] = {
    "running": marked("running"),
    "completed": marked("completed"),
    "failed": marked("failed"),
    "refused": marked("refused"),
    "finished": marked("finished"),
    "interrupted": marked("interrupted"),
    "asked": marked("asked for"),
    "ended": marked("ended"),
    "page cap": marked("page cap"),
    "time limit": marked("time limit"),
    "cut short": marked("cut short"),
    "shutdown": marked("shut down"),
    "no page could be fetched": marked("no page could be fetched"),
}
#: Steps of a run (flows/steps).
STEPS: Mapping[str, str] = {
    "crawl": marked("crawl"),
    "take in": marked("take in"),
    "screen": marked("screen"),
    "compare": marked("compare"),
    "crawl (pages)": marked("crawl (pages)"),
    "link": marked("link"),
    "group": marked("group"),
    "score": marked("score"),
    "index": marked("index"),
    "age": marked("ageing"),
    "watch": marked("watches"),
}
#: What was done to a case folder.
CASE_ACTIONS: Mapping[str, str] = {
    "opened": marked("opened"),
    "renamed": marked("renamed; before:"),
    "item added": marked("put in"),
    "item removed": marked("taken out"),
    "person added": marked("let in"),
    "person removed": marked("taken off"),
    "closed": marked("closed"),
    "reopened": marked("reopened"),
    "report": marked("report made"),
    "bundle": marked("evidence bundle made"),
}
#: What the audit log says somebody did.
ACTIONS: tuple[str, ...] = (
    marked("advert read"), marked("cluster read"), marked("audit log read"), marked("capture checked"),
    marked("contacts uncovered"),
    marked("decision"), marked("search"), marked("text screened"), marked("login"), marked("login refused"), marked("logout"),
    marked("import"), marked("hold"), marked("lift hold"), marked("retention"),
    marked("taken"), marked("handed over"), marked("put back"), marked("view saved"), marked("view removed"),
    marked("decision taken back"), marked("opinion given"), marked("opinion taken back"), marked("double review opened"),
    marked("double review closed"), marked("agreement read"), marked("versions compared"), marked("correction"),
    marked("correction taken back"), marked("link confirmed"), marked("link cut"), marked("kept apart"),
    marked("judgement taken back"), marked("clusters merged"), marked("cluster split"), marked("session ended"),
    marked("second factor on"), marked("second factor off"), marked("second factor begun"),
    marked("training overview read"),
    marked("account made"), marked("account disabled"), marked("account opened again"), marked("account unlocked"),
    marked("accounts read"), marked("role changed"), marked("password changed"), marked("password reset"),
    marked("password change refused"), marked("sessions ended"), marked("recovery codes made"), marked("recovery code used"),
    marked("account linked"), marked("sign-in at provider refused"),
    marked("secrets sealed anew"), marked("former keys dropped"),
    marked("second factor refused"),
    marked("map read"), marked("search saved"), marked("search shared"), marked("search removed"), marked("watch begun"),
    marked("delivery retried"), marked("watch ended"), marked("alert read"), marked("alerts read"), marked("cases listed"),
    marked("access ended"),
    marked("sources read"), marked("runs read"),
    marked("shared contacts read"), marked("clusters compared"), marked("note written"), marked("note changed"),
    marked("note taken back"), marked("case opened"), marked("case read"), marked("case renamed"), marked("put into a case"),
    marked("taken out of a case"), marked("case access changed"), marked("case closed"), marked("case reopened"),
    marked("case report made"), marked("evidence bundle made"),
)  # fmt: skip
ROLES: Mapping[str, str] = {
    "analyst": marked("analyst"),
    "investigator": marked("investigator"),
    "operator": marked("operator"),
    "lead": marked("lead"),
    "auditor": marked("auditor"),
    "admin": marked("administrator"),
}
STATUS: Mapping[str, str] = {"live": marked("online"), "gone": marked("gone from the site")}
LANGUAGE_NAMES: Mapping[str, str] = {
    "bg": marked("Bulgarian"),
    "en": marked("English"),
    "ro": marked("Romanian"),
    "ru": marked("Russian"),
    "de": marked("German"),
    "tr": marked("Turkish"),
    "el": marked("Greek"),
    "sr": marked("Serbian"),
    "mk": marked("Macedonian"),
    "uk": marked("Ukrainian"),
    "es": marked("Spanish"),
    "fr": marked("French"),
    "it": marked("Italian"),
    "nl": marked("Dutch"),
    "pl": marked("Polish"),
    "cs": marked("Czech"),
    "hu": marked("Hungarian"),
    "und": marked("undetermined"),
}
#: Facet field to its heading.
FACETS: Mapping[str, str] = {
    "band": marked("Band"),
    "ad_type": marked("Type"),
    "source": marked("Source"),
    "language": marked("Language"),
    "indicator": marked("Indicator"),
    "decision": marked("Decision"),
    "place": marked("Place"),
    "country": marked("Country"),
    "status": marked("Status"),
}
_BY_FACET: Mapping[str, Mapping[str, str]] = {
    "band": BANDS,
    "ad_type": AD_TYPES,
    "language": LANGUAGE_NAMES,
    "decision": {**OUTCOMES, "none": marked("Undecided")},
    "status": STATUS,
}


def facet_label(field: str, value: str) -> str:
    """How a facet's value is shown (indicators are named by the catalogue, not here)."""
    if field == "place":
        name, _, country = value.partition("|")
        return f"{name}, {country}" if country else name
    return _BY_FACET.get(field, {}).get(value, value)
