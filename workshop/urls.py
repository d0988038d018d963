"""Addresses of this chapter."""

from django.urls import path

from workshop import views

app_name = "workshop"
urlpatterns = [
    path("", views.index, name="index"),
    path("board/", views.board, name="board"),
    path("board/rows/", views.board_fragment, name="board_fragment"),
    path("day-sheet.pdf", views.day_sheet, name="day_sheet"),
    path("mine/", views.my_jobs, name="my_jobs"),
    path("<int:pk>/assign/", views.assign, name="assign"),
    path("<int:pk>/progress/", views.look, name="look"),
    path("<int:pk>/read/", views.read, name="read"),
    path("<int:pk>/self-check/", views.to_self_check, name="to_self_check"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/start/", views.start, name="start"),
    path("jobs/<int:pk>/pause/", views.pause, name="pause"),
    path("jobs/<int:pk>/readings/", views.readings, name="readings"),
    path("jobs/<int:pk>/finish/", views.finish, name="finish"),
    path("jobs/<int:pk>/finding/", views.report, name="report"),
    path("findings/<int:pk>/", views.finding, name="finding"),
    path("findings/<int:pk>/settle/", views.settle, name="settle"),
]
