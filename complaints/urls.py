"""Addresses of chapter 8."""

from django.urls import path

from complaints import link_views, views

app_name = "complaints"
urlpatterns = [
    path("", views.index, name="list"),
    path("take/", views.take, name="take"),
    path("causes/", views.causes, name="causes"),
    path("mine/", link_views.mine, name="mine"),
    path("mine/decide/", link_views.decide, name="mine_decide"),
    path("<int:pk>/", views.case, name="case"),
    path("<int:pk>/investigate/", views.investigate, name="investigate"),
    path("<int:pk>/answer/", views.answer, name="answer"),
    path("<int:pk>/decide/", views.decide, name="decide"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/note/", views.note, name="note"),
]
