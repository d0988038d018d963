"""What each room tells the others: menu, home lists, panels, alerts, search, evidence, figures, checks.

A leaf: it imports nothing of ours, so that a screen showing many chapters never imports one. Rooms register in
`AppConfig.ready`; readers get the entries in their declared order. Long, because this is the one list of what may be told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Text = Any  # str or a lazy translation


def as_it_is(found: Any) -> Any:
    """What was found, untouched: for those who read or pick nothing of their own."""
    return found


def each_once(reads: Iterable[Callable[..., Any]], *about: Any) -> dict[Callable[..., Any], Any]:
    """What each of `reads` finds `about` something. Entries that name the same one share it, and its queries."""
    return {read: read(*about) for read in dict.fromkeys(reads)}


class Shelf(Generic[T]):
    """An ordered list that rooms add to at start-up. `order` sorts; equal orders keep the rooms' own order."""

    def __init__(self) -> None:
        self._entries: list[T] = []

    def register(self, entry: T) -> T:
        """Add `entry`; returns it, so that it also works as a decorator for callables."""
        self._entries.append(entry)
        return entry

    def __iter__(self) -> Iterator[T]:
        return iter(sorted(self._entries, key=lambda entry: getattr(entry, "order", 0)))

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True)
class MenuItem:
    """A line of the navigation. `counter(user, centre)` returns (sql, params) of a query yielding one integer pair (n, late)."""

    key: str
    label: Text
    url_name: str
    roles: frozenset[str]
    chapter: int | None = None
    icon: str = ""
    order: int = 0
    counter: Callable[[Any, Any], tuple[str, list[Any]]] | None = None
    group: str = "top"  # top, chapters, manage, foot
    views: frozenset[str] = frozenset()
    """Names of the views it stands for. A chapter's line that names none of its own app stands for all of them."""

    def marks(self, view: str) -> bool:
        """Whether the line is marked while somebody stands on `view`."""
        own = f"{self.url_name.partition(':')[0]}:"
        names_own = any(name.startswith(own) for name in self.views)
        whole_app = self.chapter is not None and not names_own and view.startswith(own)
        return whole_app or view == self.url_name or view in self.views or marked_by.get(view) == self.key


@dataclass(frozen=True)
class HomeList:
    """A work list on the home page of `role`. `context(request)` feeds `template` (a fragment)."""

    key: str
    role: str
    title: Text
    template: str
    context: Callable[[Any], dict[str, Any]]
    order: int = 0
    area: str = "main"  # main, rail
    lazy: bool = False  # fetched when the page stands
    owes: Callable[[Any], Any] | None = None
    """`owes(request)` is the condition of the pending promises that this list shows already: "Promises due" leaves them out."""


@dataclass(frozen=True)
class HomeAction:
    """A button at the head of a role's home page: its commonest act."""

    role: str
    label: Text
    url_name: str
    icon: str = ""
    primary: bool = False
    order: int = 0
    for_strangers: bool = False  # also offered where the search box finds nobody


@dataclass(frozen=True)
class RowStep:
    """What a list row says is next for visits at `stages` that fulfil `when()`, a condition for the database on work orders."""

    key: str
    label: Text
    stages: frozenset[str]
    when: Callable[[], Any]
    order: int = 0


@dataclass(frozen=True)
class Panel:
    """A part of the work order page. `context(request, work_order)` returns None when there is nothing to show."""

    key: str
    title: Text
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    roles: frozenset[str] | None = None
    order: int = 0
    area: str = "main"  # main, rail


@dataclass(frozen=True)
class Action:
    """A next step on a work order: a link (GET page), or with `post=True` a one-tap form."""

    label: Text
    url: str
    roles: frozenset[str]
    post: bool = False
    primary: bool = True
    order: int = 0


@dataclass(frozen=True)
class Alert:
    """Something a person must know before he goes on with this customer or car. level: info, amber, danger."""

    level: str
    text: Text
    url: str = ""
    centre_id: int | None = None
    """Where it leads: for people of another centre it is a notice without a link."""


@dataclass(frozen=True)
class Hit:
    """One answer of the search box."""

    kind: Text
    title: str
    detail: str
    url: str
    rank: int = 0


@dataclass(frozen=True)
class VisitStep:
    """Who did (or will do) a chapter of one visit, and when."""

    who: str = ""
    at: dt.datetime | None = None
    until: dt.datetime | None = None
    note: Text = ""


@dataclass(frozen=True)
class Evidence:
    """What proves a clause of the manual for one work order. state: done, late, missing, open, not_needed."""

    state: str
    at: dt.datetime | None = None
    by: str = ""
    text: Text = ""


@dataclass(frozen=True)
class Figure:
    """A KPI: (numerator, denominator); the formula is printed beside it.

    `read(centres, since, until)` counts, `pick` takes the two numbers from what it found: figures with the same `read`
    share its query. Hazard: `read` must find its rows by an index on time, since years of visits lie beside the month.
    """

    key: str
    label: Text
    formula: Text
    read: Callable[[Any, dt.datetime, dt.datetime], Any]
    target: str = ""
    order: int = 0
    pick: Callable[[Any], tuple[Any, Any]] = as_it_is

    def value(self, centres: Any, since: dt.datetime, until: dt.datetime) -> tuple[Any, Any]:
        """This figure alone."""
        return self.pick(self.read(centres, since, until))

    @property
    def is_points(self) -> bool:
        """Whether the figure is points of a hundred, and no share."""
        return bool(self.target) and "%" not in self.target

    @property
    def target_text(self) -> str:
        """The target as it is shown beside the value: "95 %", "< 5 %", "85"."""
        return self.target.replace("%", " %")

    def verdict(self, share: Any) -> str:
        """Whether `share` (numerator / denominator) reaches the target: "ok", "amber", or "" without target or figures.

        Targets are written "95%", "< 5%", or "85" for points of a hundred.
        """
        goal = self.target.replace(" ", "").rstrip("%")
        if share is None or not goal:
            return ""
        most = goal.startswith("<")
        percent, wanted = float(share) * 100, float(goal.lstrip("<"))
        return "ok" if (percent < wanted if most else percent >= wanted) else "amber"


@dataclass(frozen=True)
class Check:
    """A part of the reconciler: `problems()` yields one sentence per row that does not add up."""

    name: str
    problems: Callable[[], list[str]]
    order: int = 0


@dataclass(frozen=True)
class Sweep:
    """Due work of a room, run each minute by the worker: `run()` returns how many rows it acted on."""

    name: str
    run: Callable[[], int]
    order: int = 0


@dataclass(frozen=True)
class Phrase:
    """How an event of one kind reads on the timeline: a text with %(data)s, or a function of the event's data.

    `about(work_order, data)` names what it was about; it reads what the visit's page has, or through `once`.
    """

    text: Any
    level: str = ""  # "", key, bad
    about: Callable[[Any, dict[str, Any]], str] | None = None


@dataclass(frozen=True)
class Proof:
    """What proves a clause: `judge` looks at what `read(work_order)` found; without a `read`, at the work order itself."""

    judge: Callable[[Any], Evidence]
    read: Callable[[Any], Any] = as_it_is

    def __call__(self, work_order: Any) -> Evidence:
        """This clause alone, read afresh."""
        return self.judge(self.read(work_order))


@dataclass
class EvidenceShelf:
    """Clause id of the manual ("M3.1-b") → what proves it."""

    by_clause: dict[str, Proof] = field(default_factory=dict)

    def register(self, clause: str, judge: Callable[[Any], Evidence], read: Callable[[Any], Any] = as_it_is) -> None:
        """Say what proves `clause`; a clause has one home, so a second registration is an error.

        A room gives all its clauses the same `read`: one query then serves them all.
        """
        if clause in self.by_clause:
            raise ValueError(f"clause {clause} is proved twice")
        self.by_clause[clause] = Proof(judge, read)

    def of(self, work_order: Any) -> dict[str, Evidence]:
        """What proves each clause for one visit, in the manual's order; each `read` is asked once."""
        found = each_once((proof.read for proof in self.by_clause.values()), work_order)
        return {clause: proof.judge(found[proof.read]) for clause, proof in sorted(self.by_clause.items())}


menu: Shelf[MenuItem] = Shelf()
marked_by: dict[str, str] = {}
"""A view of a later room → key of the line of an earlier one under which people come to it."""
home: Shelf[HomeList] = Shelf()
home_actions: Shelf[HomeAction] = Shelf()
row_steps: Shelf[RowStep] = Shelf()
panels: Shelf[Panel] = Shelf()
customer_panels: Shelf[Panel] = Shelf()
"""Parts of a customer's page: `context(request, customer)`."""
actions: Shelf[Callable[[Any, Any], list[Action]]] = Shelf()
alerts: Shelf[Callable[..., list[Alert]]] = Shelf()
car_alerts: Shelf[Callable[[list[Any]], dict[int, list[Alert]]]] = Shelf()
"""The same of several cars at once, for lists: vehicle id → what must be known. One query each, however many cars."""


def alerts_of_cars(user: Any, vehicles: list[Any]) -> dict[int, list[Alert]]:
    """What every room knows of each of these cars; what `user` may not open leads nowhere."""
    centres = {None, *user.centre_ids()}
    found: dict[int, list[Alert]] = {}
    for ask in car_alerts if vehicles else ():
        for vehicle_id, alerts in ask(vehicles).items():
            found.setdefault(vehicle_id, []).extend(
                alert if alert.centre_id in centres else replace(alert, url="") for alert in alerts
            )
    return found


def alerts_for(user: Any, **about: Any) -> list[Alert]:
    """What every room knows `about` a customer or vehicle; what `user` may not open leads nowhere."""
    centres = {None, *user.centre_ids()}
    found = [alert for ask in alerts for alert in ask(**about)]
    return [alert if alert.centre_id in centres else replace(alert, url="") for alert in found]


search: Shelf[Callable[[Any, str], list[Hit]]] = Shelf()
exports: Shelf[Callable[[Any], dict[str, Any]]] = Shelf()
erasures: Shelf[Callable[[Any], None]] = Shelf()
evidence = EvidenceShelf()
figures: Shelf[Figure] = Shelf()
checks: Shelf[Check] = Shelf()
sweeps: Shelf[Sweep] = Shelf()
phrases: dict[str, Phrase] = {}
"""Event kind → its words. Every kind that a room records has one (a convention test looks)."""
line_work: Shelf[Callable[[Any], dict[int, tuple[Text, str]]]] = Shelf()
"""Work order → how far the work on a line is: line id → (words, tone "", "info" or "amber")."""
visit_steps: dict[int, Callable[[Any], VisitStep]] = {}
"""Chapter number (1–8) → who and when, for the visit line of a work order."""
