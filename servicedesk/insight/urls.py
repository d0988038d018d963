"""Home, search and the pages that show many chapters. `home` and `search` have no namespace: everybody links to them."""

from django.urls import include, path

from servicedesk.insight import views

insight = (
    [
        path("work-orders/<int:pk>/conformance/", views.visit_conformance, name="conformance"),
        path("indicators/", views.figures, name="figures"),
    ],
    "insight",
)

urlpatterns = [
    path("", views.home, name="home"),
    path("lists/<slug:key>/", views.home_list, name="home_list"),
    path("search/", views.search, name="search"),
    path("", include(insight)),
]
