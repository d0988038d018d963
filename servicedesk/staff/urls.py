"""Addresses of signing in and of the shell."""

from django.urls import path

from servicedesk.staff import views

app_name = "staff"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.set_language, name="set_language"),
    path("centre/", views.set_centre, name="set_centre"),
    path("healthz", views.healthz, name="healthz"),
]
