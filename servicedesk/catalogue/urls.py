"""Addresses of this room."""

from django.urls import path

from servicedesk.catalogue import centre_views, views

app_name = "catalogue"
urlpatterns = [
    path("centre/", centre_views.rules, name="rules"),
    path("centres/<int:pk>/", centre_views.centre_rules, name="centre_rules"),
    path("centres/<int:pk>/profile/", centre_views.centre_profile, name="centre_profile"),
    path("checklists/", views.checklist, name="checklists"),
    path("checklists/items/<int:pk>/", views.item, name="item"),
    path("checklists/items/<int:pk>/retire/", views.retire, name="retire"),
    path("checklists/items/<int:pk>/restore/", views.restore, name="restore"),
    path("checklists/items/<int:pk>/move/", views.move, name="move"),
    path("checklists/<slug:item_list>/", views.checklist, name="checklist"),
    path("checklists/<slug:item_list>/new/", views.add, name="add"),
    path("checklists/<slug:item_list>/preview/", views.preview, name="preview"),
    path("checklists/<slug:item_list>/groups/", views.move_group, name="move_group"),
]
