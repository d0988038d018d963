"""Addresses of this room."""

from django.urls import path, re_path

from servicedesk.documents import views

app_name = "documents"
urlpatterns = [
    path("papers/<int:pk>", views.paper, name="paper"),
    path("orders/<int:pk>", views.order, name="order"),
    re_path(r"^photos/(?P<pk>[0-9]{1,18})/(?P<size>full|thumb)$", views.photo, name="photo"),
    path("signatures/<int:pk>", views.signature, name="signature"),
]
