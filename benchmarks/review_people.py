"""People at work on the review pages, as many as told, each with a session and time to think; one JSON object at the end.

    python -m benchmarks.review_people ADDRESS [--seconds 60] [--most 3000] [--think 1 5] < TOKENS

Reads their sessions' tokens from its standard input, one a line. Started by ``benchmarks.review`` as a process of its own, so
that its work is not the server's. Loopback addresses alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

LINK = re.compile(r'class="row-link" href="(/(?:adverts|clusters)/[^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
UNDO = re.compile(r'action="(/undo/decision/[0-9a-f]+)"')
WORDS = ("Germania", "ягоди", "Leeds", "massage", "prevoz OR превоз", "rabot*", "0888 001", "такса -жени")
FILTERS = ("", "?f=1&decision=none&band=high", "?f=1&decision=none&ad_type=job&language=bg", "?f=1&kind=clusters")


@dataclass
class Work:
    """What all people do together, and how long each answer took (milliseconds)."""

    ends: float
    most: int
    think: tuple[float, float]
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the time is up or enough was asked."""
        return time.monotonic() > self.ends or self.asked >= self.most


async def ask(client: httpx.AsyncClient, work: Work, name: str, path: str, form: dict[str, str] | None = None) -> str:
    """One page as a browser asks for it, redirects followed; its text."""
    work.asked += 1
    begun = time.perf_counter()
    answer = await client.request("GET" if form is None else "POST", path, data=form, follow_redirects=True)
    work.times[name].append((time.perf_counter() - begun) * 1000)
    if answer.status_code not in {200, 409}:
        work.wrong.append(f"{path}: {answer.status_code}")
    await asyncio.sleep(random.uniform(*work.think))
    return answer.text


async def person(client: httpx.AsyncClient, work: Work) -> None:
    """A day: the list, an item, sometimes its decision and its undoing, sometimes a search."""
    await asyncio.sleep(random.uniform(0, work.think[1]))
    while not work.over:
        listed = LINK.findall(await ask(client, work, "queue", f"/queue{random.choice(FILTERS)}"))
        for _ in range(random.randint(1, 4)):
            if work.over or not listed:
                break
            path = random.choice(listed)
            text = await ask(client, work, path.split("/")[1][:-1], path)
            if random.random() < 0.3 and 'id="decision"' in text:
                await decide(client, work, path, text)
        if random.random() < 0.5 and not work.over:
            await ask(client, work, "search", f"/search?q={random.choice(WORDS)}")


async def decide(client: httpx.AsyncClient, work: Work, path: str, text: str) -> None:
    """Record a decision, look at what comes next, take the decision back: the folder stays as it was."""
    kind, item = path.split("/")[1][:-1], path.split("/")[2]
    form = dict(HIDDEN.findall(text[text.index('id="decision"') :]))
    form |= {"outcome": "monitor", "ground": "monitor.forming", "onward": "1"}
    after = await ask(client, work, "decide, next", f"/decide/{kind}/{item}", form)
    undo = UNDO.search(after)
    if undo is not None:
        await ask(client, work, "undo", undo.group(1), {})


async def main(chosen: argparse.Namespace, tokens: list[str]) -> None:
    """All people at once; prints what was measured."""
    work = Work(time.monotonic() + chosen.seconds, chosen.most, tuple(chosen.think))
    own = {"Origin": chosen.address, "Sec-Fetch-Site": "same-origin"}
    # Bounded in time whatever the server does.
    async with asyncio.timeout(chosen.seconds + 60):
        clients = [
            httpx.AsyncClient(base_url=chosen.address, cookies={"strazha": token}, headers=own, timeout=30) for token in tokens
        ]
        begun, used = time.monotonic(), time.process_time()
        await asyncio.gather(*(person(client, work) for client in clients))
        wall, used = time.monotonic() - begun, time.process_time() - used
        for client in clients:
            await client.aclose()
    found = {"times": work.times, "asked": work.asked, "wrong": work.wrong[:5], "seconds": wall, "cpu": used / wall}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--most", type=int, default=3000)
    parser.add_argument("--think", type=float, nargs=2, default=(1.0, 5.0))
    told = parser.parse_args()
    if urlsplit(told.address).hostname not in {"127.0.0.1", "localhost", "::1"}:
        parser.error("loopback only")
    asyncio.run(main(told, sys.stdin.read().split()))
