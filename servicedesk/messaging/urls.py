"""Addresses of this room."""

from django.urls import path

from servicedesk.messaging import views

app_name = "messaging"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("<int:pk>/", views.message_detail, name="detail"),
    path("<int:pk>/preview/", views.message_preview, name="preview"),
    path("<int:pk>/send-again/", views.send_again, name="send_again"),
]
