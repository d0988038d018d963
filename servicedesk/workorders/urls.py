"""Addresses of the central model's pages."""

from django.urls import path

from servicedesk.workorders import views

app_name = "workorders"
urlpatterns = [
    path("", views.order_list, name="list"),
    path("promises/", views.promise_list, name="promises"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/timeline/", views.timeline, name="timeline"),
    path("<int:pk>/panel/<slug:key>/", views.panel, name="panel"),
]
