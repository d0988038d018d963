"""The only file that knows every room's addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("servicedesk.insight.urls")),
    path("", include("servicedesk.staff.urls")),
    path("customers/", include("servicedesk.customers.urls")),
    path("rules/", include("servicedesk.catalogue.urls")),
    path("messages/", include("servicedesk.messaging.urls")),
    path("l/", include("servicedesk.messaging.link_urls")),
    path("documents/", include("servicedesk.documents.urls")),
    path("work-orders/", include("servicedesk.workorders.urls")),
    path("appointments/", include("appointments.urls")),
    path("reception/", include("reception.urls")),
    path("workshop/", include("workshop.urls")),
    path("quality/", include("quality.urls")),
    path("delivery/", include("delivery.urls")),
    path("follow-up/", include("followup.urls")),
    path("complaints/", include("complaints.urls")),
    path("admin/", admin.site.urls),
]
