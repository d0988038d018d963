"""Addresses of this room."""

from django.urls import path

from servicedesk.messaging import template_views, views

app_name = "messaging"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("templates/", template_views.templates, name="templates"),
    path("templates/<slug:kind>/", template_views.template, name="template"),
    path("templates/<slug:kind>/<slug:language>/", template_views.template_letter, name="template_letter"),
    path("<int:pk>/", views.message_detail, name="detail"),
    path("<int:pk>/preview/", views.message_preview, name="preview"),
    path("<int:pk>/send-again/", views.send_again, name="send_again"),
]
