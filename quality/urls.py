"""Addresses of this chapter."""

from django.urls import path

from quality import views

app_name = "quality"
urlpatterns = [
    path("", views.waiting, name="waiting"),
    path("<int:pk>/self-check/", views.self_check, name="self_check"),
    path("<int:pk>/final/", views.final, name="final"),
    path("self-checks/<int:pk>/", views.self_check_report, name="self_check_report"),
    path("final-inspections/<int:pk>/", views.final_report, name="final_report"),
]
