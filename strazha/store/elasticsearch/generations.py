"""Generations of indices: made, filled beside the one in use, checked, switched to, gone back from, dropped.

Readers use the alias of the current index. Writers write to the current one, to the one being filled and to the former one, as
long as these exist, so the switch (one atomic change of aliases) can come at any moment, and the way back loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from strazha.errors import StoreError
from strazha.store.elasticsearch import shape
from strazha.store.elasticsearch.client import checked, meaning
from strazha.store.elasticsearch.lifecycle import Lifecycle
from strazha.store.elasticsearch.names import KINDS, LAYOUT, ROLES, IndexName, Kind, Names, Role, layout_order

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: Documents looked at one by one before a switch; documents a page where each has to be.
SAMPLE, PAGE = 200, 1000
#: Of a kind's ids, those that have left by what landing area and ledger say.
Gone = Callable[["Kind", Sequence[str]], set[str]]


@dataclass(frozen=True, slots=True)
class Generation:
    """One index as it stands: its name, role (empty: none), documents and bytes."""

    name: IndexName
    role: Role | None
    documents: int
    bytes: int


@dataclass(slots=True)
class Mark:
    """What was in use at one moment; ``versions`` is a sample, by ``_id``."""

    counts: dict[Kind, int] = field(default_factory=dict)
    versions: dict[Kind, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Check:
    """What the look before a switch found; ``problems`` empty means that nothing speaks against it."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    sampled: int = 0
    problems: list[str] = field(default_factory=list)


class Generations:
    """The indices of one installation."""

    def __init__(self, client: Elasticsearch, names: Names) -> None:
        self._client, self._names = client, names
        self.lifecycle = Lifecycle(client, names.prefix)

    def roles(self, kind: Kind) -> dict[Role, list[str]]:
        """By role, the names of the indices that have it (one each, unless a hand was at it)."""
        found: dict[Role, list[str]] = {}
        for index, aliases in self._aliases(kind).items():
            for alias in aliases:
                role = self._names.role(kind, alias)
                if role is not None:
                    found.setdefault(role, []).append(index)
        return found

    def targets(self, kind: Kind) -> dict[Role, str]:
        """By role, the alias a writer writes to. An index of another layout is left to the program that knows it.

        A writer is done when this is the same after writing as it was before: roles may change in between.
        """
        held = self._aliases(kind)
        found: dict[Role, str] = {}
        for role in ROLES:
            for index, aliases in held.items():
                name = IndexName.parse(index)
                if name and name.layout == LAYOUT and {self._names.alias(kind, role), name.writing} <= aliases:
                    found.setdefault(role, name.writing)
        return found

    def taken_over(self, kind: Kind) -> str:
        """The layout of the index in use where another version of this program has taken over; empty otherwise."""
        layout = _layout(next(iter(self.roles(kind).get("current", [])), ""))
        return layout if layout != LAYOUT else ""

    def ensure(self) -> None:
        """Make what is missing. StoreError for a current index of another layout."""
        for kind in KINDS:
            current = self.roles(kind).get("current")
            if current is None:
                self.make(kind, "current")
            elif _layout(current[0]) != LAYOUT:
                older = layout_order(LAYOUT) < layout_order(_layout(current[0]))
                raise StoreError(
                    f"the index has layout {_layout(current[0])}, this program writes {LAYOUT}", place=current[0],
                    remedy="this program is older than its index: update it, or run: strazha index rollback" if older
                    else "run: strazha index build, then strazha index switch",
                )  # fmt: skip
        self._ensure_decisions()

    def make(self, kind: Kind, role: Role, *, filling: bool = False) -> str:
        """A new, empty index in a role that nothing has yet."""
        with meaning(self._names.alias(kind)):
            generation = max((name.generation for name in self._all(kind)), default=0) + 1
            name = self._names.index(kind, generation)
            # 400: another process was first, with the same name and the same alias.
            self._client.options(ignore_status=400).indices.create(
                index=str(name), mappings=shape.mapping(kind), settings=shape.settings(filling=filling),
                aliases={self._names.alias(kind, role): {}, name.writing: {}},
            )  # fmt: skip
        if role not in self.roles(kind):
            raise StoreError("the index could not be made", place=str(name), remedy="see the server's log")
        return str(name)

    def begin(self) -> None:
        """Make the next indices, without refreshing and copies until they are filled; those of a build cut short are kept."""
        self._ensure_decisions()
        for kind in KINDS:
            held = self.roles(kind).get("next", [])
            if held and _layout(held[0]) != LAYOUT:
                self._delete(held)
                held = []
            if not held:
                self.make(kind, "next", filling=True)

    def filled(self) -> None:
        """StoreError where there is no next index to switch to."""
        for kind in KINDS:
            if "next" not in self.roles(kind):
                raise StoreError("there is nothing to switch to", place=self._names.alias(kind, "next"),
                                 remedy="run: strazha index build")  # fmt: skip

    def finish(self) -> None:
        """End the filling: refresh, copies and refresh interval as in use."""
        for kind in KINDS:
            alias = self._names.alias(kind, "next")
            with meaning(alias):
                self._client.indices.put_settings(index=alias, settings={"index": shape.filled()})
                self._client.indices.refresh(index=alias)

    def mark(self) -> Mark:
        """What the current indices hold now: their counts, and a sample of documents with their versions."""
        mark = Mark()
        for kind in KINDS:
            if "current" in self.roles(kind):
                mark.counts[kind] = self._count(kind, "current")
                mark.versions[kind] = self._draw(kind)
        return mark

    def check(self, mark: Mark | None = None, gone: Gone | None = None) -> Check:
        """Compare the next indices with the current ones: counts, and a sample of documents one by one.

        With a mark, with what the current ones held when it was made: what a program that writes the current ones alone (one of
        another layout) has added since cannot be in the next ones yet. ``gone`` gives those of a kind's ids that are rightly
        absent, because they have left meanwhile; it is asked only about those that are absent.
        """
        mark, check = mark or self.mark(), Check()
        for kind in KINDS:
            if "next" not in self.roles(kind):
                check.problems.append(f"there is no {self._names.alias(kind, 'next')}: run strazha index build")
                continue
            counts = (mark.counts.get(kind, 0), self._count(kind, "next"))
            check.counts[kind] = counts
            if counts[1] < counts[0] and (gone is None or self._absent(kind, gone)):
                check.problems.append(f"{kind}: {counts[0]} in use, {counts[1]} in the next index")
            self._compare(kind, mark.versions.get(kind, {}), check, gone)
        return check

    def switch(self) -> str:
        """Let the next indices take over, all kinds at once; those in use become the former ones, former ones are deleted.
        Returns what becomes of the former ones, as a sentence.
        """
        self.filled()
        actions: list[dict[str, Any]] = []
        for kind in KINDS:
            held = self.roles(kind)
            actions += [{"remove_index": {"index": index}} for index in held.get("former", [])]
            actions += self._moved(kind, held.get("current", []), "current", "former")
            actions += self._moved(kind, held["next"], "next", "current")
        self._change(actions)
        return self._retire()

    def rollback(self) -> str:
        """Go back to the former indices; those in use become the former ones, so a second rollback undoes the first.
        Returns what becomes of the former ones, as a sentence.
        """
        actions: list[dict[str, Any]] = []
        for kind in KINDS:
            held = self.roles(kind)
            if "former" not in held:
                raise StoreError("there is nothing to go back to", place=self._names.alias(kind, "former"),
                                 remedy="run: strazha index build, which fills a new one")  # fmt: skip
            if _layout(held["former"][0]) != LAYOUT:
                raise StoreError(f"the former index has layout {_layout(held['former'][0])}, this program writes {LAYOUT}",
                                 place=held["former"][0], remedy="go back with the version that made it")  # fmt: skip
            actions += self._moved(kind, held.get("current", []), "current", "former")
            actions += self._moved(kind, held["former"], "former", "current")
        for kind in KINDS:
            self.lifecycle.keep(self.roles(kind)["former"])
        self._change(actions)
        return self._retire()

    def drop(self, *roles: Role) -> list[str]:
        """Delete the indices of these roles and those of no role; return their names."""
        gone: list[str] = []
        for kind in KINDS:
            held = self.roles(kind)
            kept = {index for role, indices in held.items() if role not in roles for index in indices}
            gone += [str(name) for name in self._all(kind) if str(name) not in kept]
        self._delete(gone)
        return gone

    def replace(self) -> None:
        """Empty indices take the place of the current ones at once; everything older is deleted."""
        actions: list[dict[str, Any]] = []
        for kind in KINDS:
            alias = self._names.alias(kind)
            with meaning(alias):
                old = self._all(kind)
                name = self._names.index(kind, max((one.generation for one in old), default=0) + 1)
                self._client.indices.create(
                    index=str(name), mappings=shape.mapping(kind), settings=shape.settings(), aliases={name.writing: {}}
                )
            actions += [{"remove_index": {"index": str(one)}} for one in old]
            actions.append({"add": {"index": str(name), "alias": alias}})
        self._change(actions)
        with meaning(self._names.decisions):
            self._client.indices.delete(index=self._names.decisions, ignore_unavailable=True)
        self._ensure_decisions()

    def status(self) -> list[Generation]:
        """Every index of the installation."""
        found = []
        for kind in KINDS:
            roles = {index: role for role, indices in self.roles(kind).items() for index in indices}
            with meaning(self._names.alias(kind)):
                stats = self._client.indices.stats(index=self._names.pattern(kind), metric="store").body["indices"]
                for name in self._all(kind):
                    count = int(self._client.count(index=str(name))["count"])
                    size = int(stats.get(str(name), {}).get("primaries", {}).get("store", {}).get("size_in_bytes", 0))
                    found.append(Generation(name, roles.get(str(name)), count, size))
        return found

    def _ensure_decisions(self) -> None:
        with meaning(self._names.decisions):
            if not self._client.indices.exists(index=self._names.decisions):
                self._client.options(ignore_status=400).indices.create(
                    index=self._names.decisions, mappings=shape.mapping("decisions"),
                    settings={"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
                )  # fmt: skip

    def _aliases(self, kind: Kind) -> dict[str, set[str]]:
        with meaning(self._names.alias(kind)):
            answer = self._client.indices.get_alias(
                index=self._names.pattern(kind), allow_no_indices=True, ignore_unavailable=True
            )
        return {index: set(entry["aliases"]) for index, entry in sorted(answer.body.items())}

    def _all(self, kind: Kind) -> list[IndexName]:
        answer = self._client.indices.get_alias(index=self._names.pattern(kind), allow_no_indices=True, ignore_unavailable=True)
        names = (IndexName.parse(index) for index in answer.body)
        return sorted((name for name in names if name and name.prefix == self._names.prefix), key=str)

    def _count(self, kind: Kind, role: Role) -> int:
        alias = self._names.alias(kind, role)
        with meaning(alias):
            self._client.indices.refresh(index=alias)
            return int(self._client.count(index=alias)["count"])

    def _draw(self, kind: Kind) -> dict[str, int]:
        alias = self._names.alias(kind)
        with meaning(alias):
            drawn = self._client.search(
                index=alias, size=SAMPLE, source={"includes": ["version"]}, sort="_doc",
                query={"function_score": {"random_score": {}, "query": {"match_all": {}}}},
            )["hits"]["hits"]  # fmt: skip
        return {hit["_id"]: hit["_source"]["version"] for hit in drawn}

    def _absent(self, kind: Kind, gone: Gone) -> bool:
        """Whether the next index lacks a document of the current one that has not left meanwhile."""
        current, following = self._names.alias(kind), self._names.alias(kind, "next")
        after: list[Any] | None = None
        while True:
            with meaning(current):
                hits = self._client.search(
                    index=current, size=PAGE, source=False, sort=[{"id": "asc"}], search_after=after, track_total_hits=False
                )["hits"]["hits"]
                if not hits:
                    return False
                ids = [hit["_id"] for hit in hits]
                answer = self._client.mget(index=following, ids=ids, source=False)
                absent = [item["_id"] for item in checked(answer["docs"], following) if not item.get("found")]
            if set(absent) - gone(kind, absent):
                return True
            after = hits[-1]["sort"]

    def _compare(self, kind: Kind, versions: dict[str, int], check: Check, gone: Gone | None) -> None:
        current, following, ids = self._names.alias(kind), self._names.alias(kind, "next"), list(versions)
        if not ids:
            return
        with meaning(following):
            new = [*checked(self._client.mget(index=following, ids=ids, source=["version"])["docs"], following)]
            old = [*checked(self._client.mget(index=current, ids=ids, source=False)["docs"], current)]
        for one, other in zip(old, new, strict=True):
            check.sampled += 1
            if not one.get("found"):  # removed meanwhile
                continue
            if not other.get("found"):
                if gone and gone(kind, [one["_id"]]):
                    continue
                check.problems.append(f"{kind}: {one['_id']} is missing")
            elif other["_source"]["version"] < versions[one["_id"]]:
                check.problems.append(f"{kind}: {one['_id']} is older than the one in use")

    def _retire(self) -> str:
        return self.lifecycle.retire([index for kind in KINDS for index in self.roles(kind).get("former", [])])

    def _moved(self, kind: Kind, indices: Sequence[str], old: Role, new: Role) -> list[dict[str, Any]]:
        return [
            action
            for index in indices
            for action in (
                {"remove": {"index": index, "alias": self._names.alias(kind, old)}},
                {"add": {"index": index, "alias": self._names.alias(kind, new)}},
            )
        ]

    def _change(self, actions: list[dict[str, Any]]) -> None:
        with meaning("aliases"):
            self._client.indices.update_aliases(actions=actions)

    def _delete(self, indices: Sequence[str]) -> None:
        if indices:
            with meaning(indices[0]):
                self._client.indices.delete(index=list(indices), ignore_unavailable=True)


def _layout(index: str) -> str:
    name = IndexName.parse(index)
    return name.layout if name else ""
