"""Chapters 5 and 6: cleaning, bill, payment, notice, handover, survey. One sample file stands behind all seeded papers."""

from __future__ import annotations

import hashlib
from typing import Any

from bench.seed.table import NULL, Table, compact
from bench.seed.visit import Visit
from bench.seed.workorders import BY
from delivery.models import (
    Bill,
    BillLine,
    Handover,
    LookItem,
    Opinion,
    Payment,
    PickupNotice,
    SecondLook,
    SurveyAnswer,
    SurveyResponse,
    WashPart,
    WashTask,
)
from servicedesk.catalogue.models import SurveyQuestion
from servicedesk.documents.models import Paper, PaperOrder
from servicedesk.messaging.models import Message, SignedLink

PARTS = ("exterior", "interior", "tyres")


class Delivery:
    """Rows of `delivery`, with the papers, messages and links they ask for."""

    def __init__(self, world: Any, first: int, stride: int, orders: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.world, self.orders = world, orders
        self.questions = list(SurveyQuestion.objects.offered().filter(scale="1-5").values_list("pk", flat=True))
        name, sha256, size = world.paper
        self.tasks = table(WashTask, "work_order_id opened_at")
        self.parts = table(WashPart, f"task_id part done_at {BY}")
        self.looks = table(SecondLook, f"task_id at {BY}", passed=True)
        self.look_items = table(LookItem, "look_id item_id", verdict="ok")
        self.lines = table(
            BillLine,
            "bill_id line_id consent_id position kind code titles units technician quantity unit_price estimated agreed amount",
        )
        self.papers = table(
            Paper,
            f"number about centre_id customer_id created_at {BY}",
            kind="bill",
            language="zh-hant",
            file=name,
            sha256=sha256,
            size=size,
        )
        self.paper_orders = table(
            PaperOrder,
            f"target_id number about centre_id customer_id ordered_at next_try_at paper_id {BY}",
            kind="bill",
            language="zh-hant",
            state="printed",
            attempts=1,
        )
        self.bills = table(
            Bill,
            "work_order_id centre_id state number estimate_id net tax total tax_rate facts opened_at issued_at "
            f"paper_order_id {BY}",
            currency="TWD",
            language="zh-hant",
        )
        self.payments = table(Payment, f"work_order_id bill_id amount method at {BY}")
        self.messages = table(
            Message,
            f"kind customer_id centre_id about created_at due_at next_try_at sent_at link_id {BY}",
            channel="sms",
            language="zh-hant",
            state="sent",
            attempts=1,
            body="您的車已經好了，歡迎來取車。",
        )
        self.notices = table(PickupNotice, f"work_order_id in_person message_id at {BY}")
        self.handovers = table(
            Handover,
            f"work_order_id at person odometer_out signature_id {BY}",
            accepted=True,
            explained=["work", "bill"],
            given=["bill", "report", "keys"],
        )
        self.links = table(
            SignedLink,
            "target_id customer_id centre_id token_hash nonce created_at expires_at used_at",
            purpose="survey",
            target_kind="workorders.workorder",
        )
        self.surveys = table(SurveyResponse, f"work_order_id link_id invited_at completed_at {BY}")
        self.answers = table(SurveyAnswer, "response_id question_id value at")
        self.opinions = table(Opinion, f"work_order_id department at {BY}", text="等候時沒有人說明進度。")
        self.tables = [
            self.tasks,
            self.parts,
            self.looks,
            self.look_items,
            self.lines,
            self.papers,
            self.paper_orders,
            self.bills,
            self.payments,
            self.messages,
            self.notices,
            self.handovers,
            self.links,
            self.surveys,
            self.answers,
            self.opinions,
        ]

    def write(self, visit: Visit, details: bool) -> None:
        """Clean, bill, call, hand over, as far as the visit has come."""
        if visit.rank < 6:
            return
        self._wash(visit, details)
        bill = self._bill(visit)
        if visit.rank < 7:
            return
        cashier = visit.centre.one("cashier", 0)
        visit.step(visit.ready, "preparation", "ready", cashier)
        if visit.rank == 7 and visit.n % 2:
            return
        self._notify(visit)
        if visit.rank < 8:
            return
        self._pay(visit, bill, cashier)
        self._hand_over(visit)

    def _wash(self, visit: Visit, details: bool) -> None:
        by = visit.centre.one("detailer", visit.n)
        task = self.tasks.add(visit.id, visit.at(visit.done))
        if visit.rank == 6 and visit.n % 2:
            return
        for minute, part in enumerate(PARTS, start=visit.done + 8):
            self.parts.add(task, part, visit.at(minute), *by)
            visit.event(minute, "wash.part", by, f'{{"part": "{part}", "round": 1}}')
        if visit.rank == 6:
            return
        minute = visit.done + 20
        look = self.looks.add(task, visit.at(minute), *by)
        for item in self.world.lists.clean if details else []:
            self.look_items.add(look, item)
        visit.event(minute, "wash.looked", by, '{"bad": [], "passed": true, "round": 1}')

    def _bill(self, visit: Visit) -> int:
        issued = visit.rank >= 7
        by = visit.centre.one("cashier", 0) if issued else visit.inspector
        bill = self.bills.take()
        position = 0
        for own, line in zip(visit.lines, visit.recipe.lines, strict=True):
            if line.approved:
                position += 1
                self.lines.add(
                    bill,
                    own,
                    visit.consent,
                    position,
                    line.kind,
                    line.code,
                    compact(line.titles),
                    compact(line.units),
                    visit.technician[2],
                    line.quantity,
                    line.price,
                    line.amount,
                    line.amount,
                    line.amount,
                )
        sums, at, number, order, facts = visit.recipe.agreed, visit.at(visit.done + 28), NULL, NULL, "{}"
        if issued and visit.bill:
            number = f"{visit.centre.code}-S{visit.bill[0]}-{visit.bill[1]:06d}"
            about = (number, visit.full_number, visit.centre.id, visit.customer_id)
            paper = self.papers.add(*about, at, *by)
            order = self.paper_orders.add(bill, *about, at, at, paper, *by)
            facts = f'{{"order": "{visit.centre.code}-{visit.full_number}", "customer": "{visit.customer_name}"}}'
            visit.event(visit.done + 28, "bill.issued", by, f'{{"number": "{number}", "total": "{sums.total}"}}')
        self.bills.put(
            bill,
            visit.id,
            visit.centre.id,
            "issued" if issued else "draft",
            number,
            visit.estimate,
            sums.net,
            sums.tax,
            sums.total,
            visit.centre.tax_rate,
            facts,
            visit.at(visit.done),
            at if issued else NULL,
            order,
            *by,
        )
        self.number = number
        return bill

    def _notify(self, visit: Visit) -> None:
        by, minute = visit.advisor, visit.ready + 2
        at, in_person, message = visit.at(minute), visit.n % 4 == 0, NULL
        if not in_person:
            message = self._message(visit, "pickup_ready", at, NULL)
        self.notices.add(visit.id, "t" if in_person else "f", message, at, *by)
        visit.event(minute, "pickup.notified", by, f'{{"in_person": {"true" if in_person else "false"}}}')

    def _message(self, visit: Visit, kind: str, at: Any, link: Any) -> Any:
        return self.messages.add(
            kind, visit.customer_id, visit.centre.id, visit.full_number, at, at, at, at, link, *visit.advisor
        )

    def _pay(self, visit: Visit, bill: int, by: Any) -> None:
        minute, method = visit.delivered - 8, ("card", "cash", "mobile", "transfer")[visit.n % 4]
        amount = visit.recipe.agreed.total
        self.payments.add(visit.id, bill, amount, method, visit.at(minute), *by)
        data = f'{{"amount": "{amount}", "bill": "{self.number}", "method": "{method}"}}'
        visit.event(minute, "payment.received", by, data)

    def _hand_over(self, visit: Visit) -> None:
        by, minute = visit.advisor, visit.delivered
        signature, _seal = self.orders.sign(visit, minute)
        out = visit.odometer + (4 if visit.recipe.road_test else 0)
        self.handovers.add(visit.id, visit.at(minute), visit.customer_name, out, signature, *by)
        data = f'{{"explained": ["work", "bill"], "given": ["bill", "report", "keys"], "odometer": {out}}}'
        visit.event(minute, "handover.accepted", by, data)
        visit.step(minute, "ready", "delivered", by)
        if visit.rank == 8 and visit.n % 3 == 1:
            self.opinions.add(visit.id, "supervisor", visit.at(minute + 1), *by)
            data = '{"department": "supervisor", "question": "", "value": ""}'
            visit.event(minute + 1, "opinion.passed_on", by, data)
        if visit.n % 2:
            return
        at = visit.at(minute + 2)
        nonce = hashlib.sha256(f"{visit.id}".encode()).hexdigest()
        answered = visit.rank == 9 and visit.n % 4 == 0
        used = visit.at(minute + 90) if answered else NULL
        link = self.links.add(
            visit.id,
            visit.customer_id,
            visit.centre.id,
            nonce,  # nobody holds a token with this hash
            nonce[:32],
            at,
            visit.at(minute + 60 * 24 * 30),
            used,
        )
        survey = self.surveys.add(visit.id, link, at, used, *by)
        visit.event(minute + 2, "survey.invited", by)
        if answered:
            for place, question in enumerate(self.questions):
                self.answers.add(survey, question, 5 - (visit.n + place) % 3 // 2, used)
            customer = ("link", str(link), visit.customer_name, NULL)
            visit.event(minute + 90, "survey.answered", customer, f'{{"answers": {len(self.questions)}, "low": 0}}')
