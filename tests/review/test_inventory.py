"""An inventory of the journeys in a real browser: how many there are, and that each the bar names is among them."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).parent
#: What the bar of issue 7 names, and where it is driven.
NAMED = {
    "keyboard-only triage of 30 clusters": "test_thirty_clusters_are_decided_by_keyboard_alone",
    "a blind double review with disagreement": "test_a_blind_double_review_with_disagreement",
    "a wrong-role attempt at every route": "test_nobody_gets_past_their_role_by_any_address",
    "undo": "test_a_decision_is_undone_from_the_page_that_came_next",
    "hand over": "test_an_item_is_taken_and_handed_over",
    "saved view": "test_a_view_is_saved_and_used_again",
    "a corrected mention": "test_a_finding_is_corrected_from_words_selected_in_the_text",
    "a corrected hit": "test_a_hit_is_said_to_be_none_and_stays_beside_the_machines",
    "version differences": "test_versions_are_compared_and_contacts_stay_covered",
    "uncovering is logged": "test_contacts_are_uncovered_for_a_reason_and_an_auditor_reads_it",
    "triage on a phone": "test_triage_on_a_phone",
    "triage without scripts": "test_triage_without_scripts",
    "a session ended elsewhere": "test_a_session_ended_elsewhere_is_over_here",
    "the index away and back": "test_while_the_index_is_away_pages_say_so_and_come_back",
    "a screen reader": "test_a_screen_reader_is_told_what_changed_and_keeps_its_place",
}


def journeys() -> dict[str, str]:
    """Every test function that drives a browser, with its file: those of modules or with decorators marked ``browser``."""
    found = {}
    for path in sorted(HERE.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        marks = [ast.unparse(node.value) for node in tree.body if isinstance(node, ast.Assign) and _named(node, "pytestmark")]
        whole = any("mark.browser" in mark for mark in marks)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = any("mark.browser" in ast.unparse(one) for one in node.decorator_list)
                if whole or own:
                    found[node.name] = path.name
    return found


def _named(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def test_there_are_as_many_journeys_as_the_bar_asks_for() -> None:
    found = journeys()
    assert len(found) >= 40
    assert {name: test for name, test in NAMED.items() if test not in found} == {}
