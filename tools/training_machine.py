"""What the machine makes of the training cases, held against their keys. Differences are no errors; they are written down.

python -m tools.training_machine            # a line for each case and the sums
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.steps import catalogue, screen_text
from review.train.cases import Case, load_cases


def compared(case: Case) -> tuple[set[str], set[str], set[str]]:
    """Indicators that both name, the key alone, the machine alone."""
    present = set(case.key.indicators)
    screening = screen_text(case.key.title, case.key.body)
    seen = {hit.indicator for hit in screening.hits}
    return seen & present, present - seen, seen - present


def main() -> None:
    """Print the comparison."""
    cases: Mapping[str, Case] = load_cases(catalogue())
    both = key = machine = alike = 0
    for name, case in sorted(cases.items()):
        shared, missed, more = compared(case)
        both, key, machine, alike = (
            both + len(shared),
            key + len(missed),
            machine + len(more),
            alike + (not missed and not more),
        )
        if missed or more:
            print(f"{name}: key alone {', '.join(sorted(missed)) or '-'}; machine alone {', '.join(sorted(more)) or '-'}")
    print(f"{len(cases)} cases, {alike} alike; indicators: both {both}, key alone {key}, machine alone {machine}")


if __name__ == "__main__":
    main()
