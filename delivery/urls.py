"""Addresses of these chapters."""

from django.urls import path

from delivery import views

app_name = "delivery"
urlpatterns = [
    path("", views.preparation, name="preparation"),
    path("wash/", views.wash_queue, name="wash_queue"),
    path("wash/<int:pk>/", views.wash_page, name="wash"),
    path("wash/<int:pk>/tick/", views.wash_tick, name="wash_tick"),
    path("wash/<int:pk>/look/", views.wash_look, name="wash_look"),
    path("wash/<int:pk>/back/", views.send_back, name="send_back"),
    path("bills/", views.bill_list, name="bills"),
    path("bills/<int:pk>/", views.bill_page, name="bill"),
    path("bills/<int:pk>/preview.pdf", views.bill_preview, name="bill_preview"),
    path("bills/<int:pk>/lines/<int:line>/", views.bill_line, name="bill_line"),
    path("bills/<int:pk>/recalculate/", views.bill_recalculate, name="bill_recalculate"),
    path("bills/<int:pk>/issue/", views.bill_issue, name="bill_issue"),
    path("bills/<int:pk>/pay/", views.bill_pay, name="bill_pay"),
    path("bills/<int:pk>/credit/", views.bill_credit, name="bill_credit"),
    path("bills/<int:pk>/release/", views.bill_release, name="bill_release"),
    path("payments/<int:pk>/reverse/", views.payment_reverse, name="payment_reverse"),
    path("ready/", views.ready_list, name="ready_list"),
    path("ready/<int:pk>/", views.handover_page, name="handover"),
    path("ready/<int:pk>/make-ready/", views.make_ready, name="make_ready"),
    path("ready/<int:pk>/notify/", views.notify, name="notify"),
    path("ready/<int:pk>/hand-over/", views.hand_over, name="hand_over"),
    path("ready/<int:pk>/not-accepted/", views.not_accepted, name="not_accepted"),
    path("ready/<int:pk>/invite/", views.invite, name="invite"),
    path("ready/<int:pk>/opinion/", views.opinion_record, name="opinion_record"),
    path("opinions/", views.opinion_list, name="opinions"),
    path("opinions/<int:pk>/answer/", views.opinion_answer, name="opinion_answer"),
    path("pickup/", views.pickup, name="pickup"),
    path("pickup/when/", views.pickup_when, name="pickup_when"),
    path("pickup/bill.pdf", views.pickup_bill, name="pickup_bill"),
    path("pickup/papers/<int:pk>.pdf", views.pickup_paper, name="pickup_paper"),
    path("survey/", views.survey, name="survey"),
    path("survey/answer/", views.survey_answer, name="survey_answer"),
    path("survey/why/", views.survey_why, name="survey_why"),
    path("survey/thanks/", views.survey_thanks, name="survey_thanks"),
]
