"""The names under which operators and leads read what the program calls otherwise. Translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from review.accounts.reasons import REASONS
from review.i18n import marked
from review.operate.bell import KINDS

ASKED: Mapping[str, str] = {"run": marked("Run"), "rescreen": marked("Rescreening")}
LEVELS: Mapping[str, str] = {"warning": marked("warning"), "error": marked("error")}
DRIFT: Mapping[str, str] = {"indicator": marked("Indicator"), "language": marked("Language"), "type": marked("Type")}
SOURCE_KINDS: Mapping[str, str] = {
    "classifieds": marked("classifieds"), "job_board": marked("job board"), "adult": marked("adult services"),
    "forum": marked("forum"), "social": marked("social network"), "directory": marked("directory"), "other": marked("other"),
}  # fmt: skip
HINDRANCES: Mapping[str, str] = {
    "undefined": marked("No run can be started: its definition is not known to this server."),
    "off": marked("No run can be started: it is switched off in its definition."),
    "basis": marked("No run can be started: no legal basis is in force. Enter the new order in its definition."),
    "busy": marked("A run is at work on it."),
}
#: Why a run was not started (flows/asked.py, strazha/ledger/operating.py).
PROBLEMS: Mapping[str, str] = {
    "a run is at work on it": marked("a run is at work on it"),
    "a run of it was asked for already": marked("a run of it was asked for already"),
    "2 runs asked for are under way": marked("2 runs asked for are under way"),
}
TOLD: Mapping[str, str] = {
    "retried": marked("They are being screened again."),
    "waits": marked("The next run or rescreening of the source tries them again."),
    "dismissed": marked("Dismissed; they stay listed below."),
    "gone": marked("Nothing was chosen, or it is in quarantine no more."),
}
SYSTEM: Mapping[str, str] = {"pipeline": marked("pipeline"), "ledger": marked("ledger"), "index": marked("index")}

INTERVALS: Mapping[str, str] = {"day": marked("day"), "week": marked("week"), "month": marked("month")}

#: What the templates of the area use beside their page.
NAMES: Mapping[str, Mapping[str, str]] = {
    "kinds": KINDS, "asked_kinds": ASKED, "levels": LEVELS, "drift_kinds": DRIFT, "kinds_of_source": SOURCE_KINDS,
    "hindrances": HINDRANCES, "problems": PROBLEMS, "told_words": TOLD, "parts_of_system": SYSTEM,
    "intervals": INTERVALS, "why_codes": REASONS,
}  # fmt: skip
#: What the audit log says operators and leads did.
ACTIONS: tuple[str, ...] = (
    marked("run asked for"), marked("rescreen asked for"), marked("source paused"), marked("source resumed"),
    marked("quarantine read"), marked("quarantine retry"), marked("quarantine dismiss"), marked("alarm noted"),
    marked("refused documents replayed"), marked("dashboard read"), marked("exported"), marked("alarms read"),
    marked("system read"),
)  # fmt: skip
