"""Addresses of reception: the tablet's steps, the estimate, the customer's link."""

from django.urls import path

from reception import courtesy_views, decision_views, estimate_views, inspection_views, photo_views, sign_views, views

app_name = "reception"
urlpatterns = [
    path("", views.index, name="list"),
    path("arrive/", views.arrive, name="arrive"),
    path("receive/", views.receive, name="receive"),
    path("worker.js", inspection_views.worker, name="worker"),
    path("<int:pk>/need/", views.need, name="need"),
    path("<int:pk>/inspect/", inspection_views.inspect, name="inspect"),
    path("<int:pk>/inspect/save/", inspection_views.inspect_save, name="inspect_save"),
    path("<int:pk>/marks/", inspection_views.mark_add, name="mark_add"),
    path("<int:pk>/marks/<int:number>/remove/", inspection_views.mark_remove, name="mark_remove"),
    path("<int:pk>/photos/", photo_views.photo_add, name="photo_add"),
    path("<int:pk>/photos/<uuid:key>/remove/", photo_views.photo_remove, name="photo_remove"),
    path("<int:pk>/sign/", sign_views.sign, name="sign"),
    path("<int:pk>/estimate/", estimate_views.estimate, name="estimate"),
    path("<int:pk>/estimate/extra/", estimate_views.extra, name="extra"),
    path("<int:pk>/estimate/set-aside/", estimate_views.set_aside, name="set_aside"),
    path("<int:pk>/estimate/<int:line>/change/", estimate_views.line_change, name="line_change"),
    path("<int:pk>/estimate/<int:line>/photos/", estimate_views.line_photos, name="line_photos"),
    path(
        "<int:pk>/estimate/<int:line>/photos/<int:photo>/remove/",
        estimate_views.line_photo_remove,
        name="line_photo_remove",
    ),
    path("<int:pk>/estimate/<int:line>/remove/", estimate_views.line_remove, name="line_remove"),
    path("<int:pk>/show/", estimate_views.show, name="show"),
    path("<int:pk>/send/", estimate_views.send, name="send"),
    path("<int:pk>/decide/", decision_views.decide, name="decide"),
    path("<int:pk>/telephone/", decision_views.telephone, name="telephone"),
    path("<int:pk>/authorise/", estimate_views.authorise, name="authorise"),
    path("<int:pk>/promise/", estimate_views.promise, name="promise"),
    path("<int:pk>/give-back/", estimate_views.give_back, name="give_back"),
    path("courtesy/", courtesy_views.courtesy, name="courtesy"),
    path("courtesy/add/", courtesy_views.courtesy_add, name="courtesy_add"),
    path("courtesy/<int:pk>/retire/", courtesy_views.courtesy_retire, name="courtesy_retire"),
    path("courtesy/loans/<int:pk>/", courtesy_views.courtesy_back, name="courtesy_back"),
    path("<int:pk>/courtesy/", courtesy_views.courtesy_lend, name="courtesy_lend"),
    path("answer/", decision_views.answer, name="answer"),
    path("answer/newer/", decision_views.answer_newer, name="answer_newer"),
    path("answer/photos/<int:photo>/<str:size>/", decision_views.answer_photo, name="answer_photo"),
]
