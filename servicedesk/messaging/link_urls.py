"""Addresses of customers' links: short, at the root."""

from django.urls import path

from servicedesk.messaging import link_views

app_name = "links"
urlpatterns = [
    path("renew/", link_views.renew_link, name="renew"),
    path("<path:token>", link_views.open_link, name="open"),
]
