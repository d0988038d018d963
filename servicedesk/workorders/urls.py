"""Addresses of the central model's pages."""

from django.urls import path

from servicedesk.workorders import paper_views, views

app_name = "workorders"
urlpatterns = [
    path("", views.order_list, name="list"),
    path("promises/", views.promise_list, name="promises"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/timeline/", views.timeline, name="timeline"),
    path("papers/<int:pk>/duplicate/", paper_views.duplicate, name="paper_duplicate"),
    path("papers/<int:pk>/again/", paper_views.again, name="paper_again"),
    path("<int:pk>/panel/<slug:key>/", views.panel, name="panel"),
]
