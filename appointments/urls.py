"""Addresses of booking: staff, the public form, the customer's link."""

from django.urls import path

from appointments import calendar_views, link_views, public_views, public_waiting, views, worklist
from appointments.telephone import views as telephone

app_name = "appointments"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", telephone.new, name="new"),
    path("new/find/", telephone.find, name="find"),
    path("new/times/", telephone.times, name="times"),
    path("calendar/", calendar_views.day, name="calendar"),
    path("calendar/week/", calendar_views.week, name="calendar_week"),
    path("calendar/to-move/", calendar_views.moves_due, name="to_move"),
    path("calendar/parts.pdf", calendar_views.preparation_list, name="preparation_list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/offer/", views.offer, name="offer"),
    path("<int:pk>/move/", calendar_views.move, name="move"),
    path("<int:pk>/times/", calendar_views.move_times, name="move_times"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/no-show/", views.no_show, name="no_show"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("<int:pk>/rebook/", worklist.rebook, name="rebook"),
    path("<int:pk>/stop-waiting/", worklist.stop_waiting, name="stop_waiting"),
    path("<int:pk>/comeback/", views.comeback_link, name="comeback_link"),
    path("<int:pk>/comeback/none/", views.comeback_unlink, name="comeback_unlink"),
    path("book/", public_views.book, name="book"),
    path("book/car/", public_views.book_car, name="book_car"),
    path("book/services/", public_views.book_services, name="book_services"),
    path("book/time/", public_views.book_time, name="book_time"),
    path("book/waiting/", public_waiting.book_wait, name="book_wait"),
    path("book/contact/", public_views.book_contact, name="book_contact"),
    path("book/review/", public_views.book_review, name="book_review"),
    path("book/received/", public_views.book_received, name="book_received"),
    path("mine/", link_views.mine, name="mine"),
    path("mine/calendar.ics", link_views.mine_calendar, name="mine_calendar"),
    path("mine/paper/<int:pk>/", link_views.mine_paper, name="mine_paper"),
    path("mine/move/", link_views.mine_move, name="mine_move"),
    path("mine/earlier/", link_views.mine_earlier, name="mine_earlier"),
    path("mine/stop-waiting/", link_views.mine_stop, name="mine_stop"),
    path("mine/pick/", link_views.mine_pick, name="mine_pick"),
    path("mine/none/", link_views.mine_none, name="mine_none"),
    path("mine/cancel/", link_views.mine_cancel, name="mine_cancel"),
]
