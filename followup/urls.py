"""Addresses of chapter 7."""

from django.urls import path

from followup import views

app_name = "followup"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("calls/<int:pk>/", views.call, name="call"),
    path("calls/<int:pk>/record/", views.record, name="record"),
    path("visits/<int:pk>/close/", views.close_visit, name="close_visit"),
    path("problems/", views.problems, name="problems"),
    path("problems/<int:pk>/", views.problem, name="problem"),
    path("problems/<int:pk>/solve/", views.solve, name="solve"),
    path("problems/<int:pk>/close/", views.close_problem, name="close_problem"),
]
