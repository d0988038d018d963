"""Invented values with which managers look at the messages, and tests read every one: no row of the database is needed.

Times are fixed ones, so that a preview looks the same on every day. Words that chapters send in the customer's language
stand here in all three.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from servicedesk.customers.models import Customer
from servicedesk.messaging.kinds import KINDS
from servicedesk.messaging.models import Message
from servicedesk.staff.models import ServiceCentre

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "advisor": "Hsu Po-an",
        "agent": "Chien Chia-ling",
        "owner": "Fang Shu-fen",
        "customer": "Lin",
        "items": ["Scheduled maintenance (40,000 km)", "Multi-point inspection"],
        "lines": ["Front brake pads", "Brake fluid", "Wiper blades"],
        "approved": ["Front brake pads", "Brake fluid"],
        "declined": ["Wiper blades"],
        "deferred": ["Four-wheel alignment, from 1 Mar 2027 on"],
        "parts": ["Front brake pads"],
        "reason": "a part arrives only this afternoon.",
        "method": "Card",
        "matter": "The brakes squeal again, two days after the repair.",
        "answer": "The edges of the pads had not been chamfered. It was our mistake.",
        "remedy": "We rework them free of charge and drive the car together with you.",
        "problem": "A rattle at the rear left.",
        "solution": "A clip of the luggage floor was loose; it has been replaced.",
        "last": "Scheduled maintenance (40,000 km)",
        "vehicle": "Toyota RAV4",
    },
    "zh-hant": {
        "advisor": "許博安",
        "agent": "簡嘉玲",
        "owner": "方淑芬",
        "customer": "林怡君",
        "items": ["大保養（約4萬公里）", "全車健檢"],
        "lines": ["前煞車來令片", "煞車油", "雨刷片"],
        "approved": ["前煞車來令片", "煞車油"],
        "declined": ["雨刷片"],
        "deferred": ["四輪定位（2027/3/1起）"],
        "parts": ["前煞車來令片"],
        "reason": "零件下午才到。",
        "method": "信用卡",
        "matter": "修好第二天，煞車又有聲音。",
        "answer": "來令片沒有倒角，是我們的疏失。",
        "remedy": "免費重新處理，並陪您一起試車。",
        "problem": "左後方有異音。",
        "solution": "行李廂底板的扣具鬆了，已換新。",
        "last": "大保養（約4萬公里）",
        "vehicle": "豐田 RAV4",
    },
    "zh-hans": {
        "advisor": "许博安",
        "agent": "简嘉玲",
        "owner": "方淑芬",
        "customer": "林怡君",
        "items": ["大保养（约4万公里）", "全车检查"],
        "lines": ["前制动片", "制动液", "雨刮片"],
        "approved": ["前制动片", "制动液"],
        "declined": ["雨刮片"],
        "deferred": ["四轮定位（2027/3/1起）"],
        "parts": ["前制动片"],
        "reason": "配件下午才到。",
        "method": "银行卡",
        "matter": "修好第二天，刹车又有声音。",
        "answer": "制动片没有倒角，是我们的疏忽。",
        "remedy": "免费重新处理，并陪您一起试车。",
        "problem": "左后方有异响。",
        "solution": "后备箱底板的卡扣松了，已更换。",
        "last": "大保养（约4万公里）",
        "vehicle": "丰田 RAV4",
    },
}
WRITTEN = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
PRICES = ("5418", "1200", "980")
COMMON: dict[str, Any] = {
    "starts_at": "2026-11-26T01:30:00+00:00",
    "was": "2026-11-25T02:00:00+00:00",
    "times": ["2026-11-26T03:00:00+00:00", "2026-11-27T01:30:00+00:00", "2026-11-27T06:00:00+00:00"],
    "first_day": "2026-11-26",
    "last_day": "2026-12-04",
    "valid_until": "2026-11-25T10:00:00+00:00",
    "change_until": "2026-11-25T23:30:00+00:00",
    "ready_by": "2026-11-26T08:00:00+00:00",
    "answer_by": "2026-11-26T04:30:00+00:00",
    "until": "2026-11-26T10:30:00+00:00",
    "next_call_at": "2026-11-27T02:00:00+00:00",
    "paid_at": "2026-11-26T09:00:00+00:00",
    "due": "10184",
    "estimate": "6854",
    "total": "7598",
    "amount": "10184",
    "balance": "2000",
    "odometer": 50000,
    "bill": "NH-S26-000296",
    "papers": ["NH-S26-000296"],
    "plate": "DEM-0526",
    "calendar_name": "booking-B2611-0427.ics",
}
DATES = {"declined_reminder": {"due": "2026-12-10"}, "next_service": {"due": "2026-12-10"}}
"""Where `due` is a day and not an amount."""
WITHOUT = {"appointment_confirmed": ("was",), "complaint_escalated": ("was",)}
WITHOUT_LINK = ("payment_receipt", "refund_receipt", "followup_sorry_missed_you", "issue_solved", "promise_moved")
"""Kinds that are sent without a signed link."""


def number_of(kind: str) -> str:
    """What the message is about, as its chapter numbers it."""
    if kind.startswith("complaint"):
        return "C2611-0009"
    return "B2611-0427" if kind.startswith(("appointment", "waitlist")) else "W2611-0318"


def context_of(kind: str, language: str, centre: ServiceCentre) -> dict[str, Any]:
    """Sample values for everything that the kind's template may name."""
    words, number = WORDS[language], number_of(kind)
    values = COMMON | words | DATES.get(kind, {})
    values["number"] = number if number.startswith("B") else f"{centre.code or 'NH'}-{number}"
    values["lines"] = [{"text": text, "amount": price} for text, price in zip(words["lines"], PRICES, strict=True)]
    values["work"] = words["items"]
    for name in WITHOUT.get(kind, ()):
        del values[name]
    return values


def message_of(
    kind: str, *, language: str, channel: str, centre: ServiceCentre, context: dict[str, Any] | None = None
) -> Message:
    """An unsaved message of `kind`, to be rendered as a stored one is; never to be sent."""
    signed = not KINDS[kind].page and kind not in WITHOUT_LINK
    return Message(
        kind=kind,
        channel=channel,
        language=language,
        centre=centre,
        customer=Customer(name=WORDS[language]["customer"], honorific="ms", language=language, created_at=WRITTEN),
        created_at=WRITTEN,
        about=number_of(kind),
        context=context if context is not None else context_of(kind, language, centre),
        link_id=1 if signed else None,
    )
