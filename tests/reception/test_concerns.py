"""Several concerns of a visit, the check against the booking, key and place of the car (M2.1-a, M2.1-c)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from reception import services, symptoms
from reception.models import Arrival, BookingCheck
from reception.services import NotReceived, concerns
from servicedesk import registry
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Concern, WorkOrder
from servicedesk.workorders.printed import facts_of
from tests.fixtures.appointments import confirmed
from tests.fixtures.people import client_of
from tests.fixtures.reception import authorised, received

pytestmark = pytest.mark.django_db


def words(order: WorkOrder) -> list[str]:
    return list(order.concerns.order_by("position", "pk").values_list("words", flat=True))


def test_a_line_of_symptoms_is_read_back_into_answers() -> None:
    signs = ["braking", "rain", "sometimes", "cold", "town"]
    for language in ("en", "zh-hant", "zh-hans"):
        line = symptoms.line_of(signs, language, "左前輪")
        assert symptoms.told_in(line) == (signs, "左前輪")
    assert symptoms.told_in("Recall letter: 25V-114") == ([], "Recall letter: 25V-114")
    assert symptoms.told_in("") == ([], "")
    codes = [choice.value for choices in symptoms.QUESTIONS.values() for choice in choices]
    assert len(codes) == len(set(codes))


def test_the_bookings_answers_become_codes(centre: Any, advisor: Any) -> None:
    concern = received(centre, advisor, symptoms="煞車時、雨天、左前方").concerns.get()
    assert (concern.signs, concern.symptoms) == (["braking"], "雨天、左前方、煞車時")


def test_concerns_are_added_changed_put_in_order_and_taken_back(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor), Actor.of(advisor)
    first = order.concerns.get()
    second = services.record_need(
        order, by=by, words=" 冷氣不冷 ", signs=["always", "nonsense"], system="air_conditioning"
    )
    assert second is not None
    assert (second.words, second.signs, second.symptoms, second.position) == ("冷氣不冷", ["always"], "每次都發生", 1)
    services.record_need(order, by=by, words="雨刷跳動", purpose="保養")
    services.raise_concern(second, by=by)
    assert words(order) == ["冷氣不冷", first.words, "雨刷跳動"]
    services.record_need(order, by=by, concern=second, words="冷氣完全不冷", more="上週起")
    assert words(order) == ["冷氣完全不冷", first.words, "雨刷跳動"]
    order.refresh_from_db()
    assert order.purpose == "保養"
    with pytest.raises(NotReceived, match="Work is proposed"):
        services.remove_concern(first, by=by)
    services.remove_concern(second, by=by)
    services.remove_concern(second, by=by)
    assert words(order) == [first.words, "雨刷跳動"]
    with pytest.raises(NotReceived, match="taken back"):
        services.record_need(order, by=by, concern=second, words="x")
    assert services.record_need(order, by=by) is None
    kinds = [event.kind for event in order.happened() if event.kind.startswith("reception.")]
    assert kinds == [
        "reception.matched",
        *["reception.need"] * 2,
        "reception.concern_changed",
        "reception.concern_removed",
    ]


def test_the_only_concern_stays_and_there_are_not_too_many(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor, codes=()), Actor.of(advisor)
    with pytest.raises(NotReceived, match="about something"):
        services.remove_concern(order.concerns.get(), by=by)
    for number in range(11):
        services.record_need(order, by=by, words=f"第{number}件")
    with pytest.raises(NotReceived, match="12 concerns"):
        services.record_need(order, by=by, words="又一件")


def test_after_reception_concerns_stand(centre: Any, advisor: Any) -> None:
    order, by = authorised(centre, advisor), Actor.of(advisor)
    concern = order.concerns.get()
    for act in (
        lambda: services.record_need(order, by=by, words="x"),
        lambda: services.remove_concern(concern, by=by),
        lambda: services.raise_concern(concern, by=by),
    ):
        with pytest.raises(NotReceived, match="is over"):
            act()


def test_lines_go_to_the_concern_they_answer(centre: Any, advisor: Any, reference: None) -> None:
    by, desk = Actor.of(advisor), client_of(advisor)
    order = received(centre, advisor, codes=("BRK-010",))
    assert order.lines.top().get().concern == order.concerns.get()
    services.give_back(order, by=by, reason="改天")
    booked = confirmed(centre, advisor, codes=("BRK-010", "HVC-010"))
    desk.act(
        f"{reverse('reception:receive')}?appointment={booked.pk}",
        {
            "concern": "煞車有聲音",
            "as_booked": "yes",
            "system": "brake",
            "moments": ["braking", "turning"],
            "another": "1",
        },
    )
    order = WorkOrder.objects.get(appointment=booked)
    concern = order.concerns.get()
    assert (concern.signs, concern.system) == (["braking", "turning"], "brake")
    tied = {line.code: line.concern for line in order.lines.top().select_related("operation", "concern")}
    assert tied == {"BRK-010": concern, "HVC-010": None}


def test_need_on_the_tablet(centre: Any, advisor: Any) -> None:
    order, desk = received(centre, advisor), client_of(advisor)
    url, on = reverse("reception:need", args=[order.pk]), reverse("reception:inspect", args=[order.pk])
    added = desk.act(
        url, {"concern": "雨刷跳動", "moments": ["rain"], "how_often": "always", "system": "body"}, key="a-concern"
    )
    assert added.headers["Location"] == url
    desk.act(url, {"concern": "雨刷跳動"}, key="a-concern")
    assert order.concerns.count() == 2
    second = order.concerns.latest("pk")
    page = desk.get(url, {"concern": second.pk}).content.decode()
    for shown in ("雨刷跳動</textarea>", 'value="rain" checked', 'value="always" selected', 'value="body" selected'):
        assert shown in page
    desk.act(f"{url}?concern={second.pk}", {"concern": "雨刷又跳又響", "moments": ["rain"]})
    desk.act(reverse("reception:concern_up", args=[order.pk, second.pk]))
    assert words(order)[0] == "雨刷又跳又響"
    assert desk.act(url, {"concern": "", "purpose": "檢查", "next": "1"}).headers["Location"] == on
    assert desk.act(url, {"concern": "煞車燈不亮", "next": "1"}).headers["Location"] == on
    assert order.concerns.count() == 3
    wrong = desk.act(url, {"concern": "x", "moments": ["never"], "speed": "light", "system": "wings"})
    assert wrong.status_code == 422
    desk.act(reverse("reception:concern_remove", args=[order.pk, second.pk]))
    desk.act(reverse("reception:concern_remove", args=[order.pk, second.pk]))
    assert order.concerns.count() == 2
    for garbage in ("x", "999999", "-1"):
        assert desk.get(url, {"concern": garbage}).status_code == 404


def test_several_concerns_reach_the_papers_and_are_forgotten(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor), Actor.of(advisor)
    services.record_need(order, by=by, words="冷氣不冷", signs=["always"])
    services.raise_concern(order.concerns.latest("pk"), by=by)
    assert [row[0] for row in facts_of(order)["concerns"]] == words(order)
    assert words(order)[0] == "冷氣不冷"
    page = client_of(advisor).get(order.get_absolute_url()).content.decode()
    assert page.index("冷氣不冷") < page.index("踩煞車時前面")
    customer = order.customer
    told = {name: part for export in registry.exports for name, part in export(customer).items()}
    assert [row["words"] for row in told["concerns"]] == words(order)
    BookingCheck.objects.update(agrees=False, differences="王小姐想順便洗車")
    for erase in registry.erasures:
        erase(customer)
    assert set(Concern.objects.values_list("words", "symptoms")) == {("—", "")}
    assert not any(Concern.objects.values_list("signs", flat=True))
    assert BookingCheck.objects.get().differences == "—"


def test_the_check_against_the_booking_must_be_answered(centre: Any, advisor: Any) -> None:
    booked, desk, by = confirmed(centre, advisor), client_of(advisor), Actor.of(advisor)
    url = f"{reverse('reception:receive')}?appointment={booked.pk}"
    page = desk.get(url).content.decode()
    assert 'name="as_booked" value="yes" checked' not in page
    assert 'name="as_booked" value="no" checked' not in page
    for data, sentence in (
        ({}, "say whether it is as booked"),
        ({"as_booked": "no"}, "Write down what differs"),
        ({"as_booked": "maybe"}, "is not one of the available choices"),
    ):
        refused = desk.act(url, {"concern": "x", **data})
        assert (refused.status_code, sentence in refused.content.decode()) == (422, True)
    for answer in ({}, {"as_booked": False, "differences": " "}):
        with pytest.raises(NotReceived):
            services.receive(by=by, advisor=advisor, centre=centre, appointment=booked, **answer)
    assert not WorkOrder.objects.exists()
    desk.act(url, {"concern": "x", "as_booked": "no", "differences": "只換煞車，不做保養"})
    order = WorkOrder.objects.get()
    check = order.booking_check
    assert (check.agrees, check.differences, check.by_label) == (False, "只換煞車，不做保養", "許雅婷")
    proof = registry.evidence.by_clause["M2.1-a"](order)
    assert (proof.state, proof.text) == ("done", f"{booked.number} · 只換煞車，不做保養")
    panel = reverse("workorders:panel", args=[order.pk, "desk"])
    assert "只換煞車，不做保養" in desk.get(panel).content.decode()


def test_a_booked_visit_without_a_check_is_not_proved(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    BookingCheck.objects.all().delete()
    assert registry.evidence.by_clause["M2.1-a"](order).state == "done"  # matched before checks were written down
    other = WorkOrder.objects.create(
        number="X1", centre=centre, customer=order.customer, vehicle=order.vehicle, advisor=advisor,
        source="booking", stage_since=order.opened_at, opened_at=order.opened_at,
    )  # fmt: skip
    assert registry.evidence.by_clause["M2.1-a"](other).state == "missing"


def test_key_and_place_are_written_and_every_change_is_on_the_trail(centre: Any, advisor: Any) -> None:
    order, by = received(centre, advisor), Actor.of(advisor)
    services.place_car(order, by=by, key_tag=" 17 ", parked_at="B 區 3")
    services.place_car(order, by=by, key_tag="17", parked_at="B 區 3")
    services.place_car(order, by=by, key_tag="17", parked_at="舉升機 2")
    order.refresh_from_db()
    assert (order.key_tag, order.parked_at) == ("17", "舉升機 2")
    trail = [(event.kind, event.data.get("tag"), getattr(event, "text_row", None)) for event in order.happened()]
    assert [
        (kind, tag, text and text.text)
        for kind, tag, text in trail
        if kind in ("reception.key_tag", "reception.parked")
    ] == [
        ("reception.key_tag", "17", None),
        ("reception.parked", None, "B 區 3"),
        ("reception.parked", None, "舉升機 2"),
    ]
    other = received(centre, advisor, plate="AAA-0001", phone="0912000001", name="別人")
    with pytest.raises(NotReceived, match="BKQ-5821"):
        services.place_car(other, by=by, key_tag="17", parked_at="")
    services.give_back(order, by=by, reason="改天")
    with pytest.raises(NotReceived, match="not in the house"):
        services.place_car(order, by=by, key_tag="1", parked_at="")
    services.place_car(other, by=by, key_tag="17", parked_at="")


def test_who_moves_cars_writes_their_place(centre: Any, everyone: Any, advisor: Any, outsider: Any) -> None:
    order = received(centre, advisor)
    url = reverse("reception:place", args=[order.pk])
    got = {
        role: client_of(user).act(url, {"key_tag": role[:18], "parked_at": "門口", "back": "need"})
        for role, user in everyone.items()
    }
    may = {role for role, answer in got.items() if answer.status_code != 403}
    assert may == {"advisor", "supervisor", "technician", "detailer", "manager"}
    assert {role: got[role].headers["Location"] for role in may} == dict.fromkeys(may, order.get_absolute_url()) | {
        role: reverse("reception:need", args=[order.pk]) for role in ("advisor", "manager")
    }
    assert client_of(outsider).act(url, {"key_tag": "1"}).status_code == 404
    technician = client_of(everyone["technician"])
    page = technician.get(order.get_absolute_url()).content.decode()
    assert "Stands at 門口" in page
    panel = reverse("workorders:panel", args=[order.pk, "desk"])
    assert f'action="{url}"' in technician.get(panel).content.decode()
    assert f'action="{url}"' not in client_of(everyone["cashier"]).get(panel).content.decode()
    too_long = technician.act(url, {"key_tag": "x" * 21, "parked_at": ""}, follow=True).content.decode()
    assert "at most 20 characters" in too_long


def test_arrivals_go_with_the_customer(centre: Any, advisor: Any) -> None:
    booked, by = confirmed(centre, advisor), Actor.of(advisor)
    arrival = services.arrive(by=by, centre=centre, appointment=booked)
    services.leave(arrival, by=by, reason="他太太來接")
    for erase in registry.erasures:
        erase(booked.customer)
    assert list(Arrival.objects.values_list("plate", "left_reason")) == [("", "—")]


def test_what_was_typed_comes_back_when_it_cannot_be_taken(centre: Any, advisor: Any) -> None:
    order = received(centre, advisor)
    for number in range(concerns.MOST - 1):
        services.record_need(order, by=Actor.of(advisor), words=f"第{number}件")
    answer = client_of(advisor).act(reverse("reception:need", args=[order.pk]), {"concern": "又一件小事"})
    page = answer.content.decode()
    assert (answer.status_code, order.concerns.count()) == (422, concerns.MOST)
    assert "add the words to one of them" in page
    assert ">\n又一件小事</textarea>" in page
