"""Addresses of rounds, inspections and photos."""

from django.urls import path

from .views import calendars, device, filling, findings, inbox, paper, photos, rounds, syncing, tasks, uploads

app_name = "inspections"

urlpatterns = [
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/reply/", findings.finding_reply, name="finding-reply"),
    path("findings/<int:pk>/report/", findings.finding_reply, {"send": True}, name="finding-report"),
    path("findings/<int:pk>/extension/", findings.finding_extension, name="finding-extension"),
    path("findings/<int:pk>/objection/", findings.finding_objection, name="finding-objection"),
    path("findings/<int:pk>/review/", findings.finding_review, name="finding-review"),
    path("requests/<int:pk>/decide/", findings.request_decide, name="request-decide"),
    path("evidence/<uuid:pk>/", findings.evidence, name="evidence"),
    path("evidence/<uuid:pk>/small/", findings.evidence, {"size": "thumbnail"}, name="evidence-thumbnail"),
    path("evidence/<uuid:pk>/remove/", findings.evidence_remove, name="evidence-remove"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/close/", inbox.close_several, name="inbox-close"),
    path("rectification/", inbox.policy, name="policy"),
    path("calendar/", calendars.calendar_list, name="calendar-list"),
    path("calendar/<int:year>/", calendars.calendar_year, name="calendar-year"),
    path("calendar/new/", calendars.calendar_load, name="calendar-load"),
    path("field/", device.field, name="field"),
    path("sw.js", device.worker, name="worker"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("tasks/", tasks.task_list, name="task-list"),
    path("rounds/", rounds.round_list, name="round-list"),
    path("rounds/new/", rounds.round_create, name="round-create"),
    path("rounds/<int:pk>/", rounds.round_detail, name="round"),
    path("rounds/<int:pk>/centers/", rounds.round_centers, name="round-centers"),
    path("rounds/<int:pk>/assign/", rounds.round_assign, name="round-assign"),
    path("inspections/<uuid:pk>/", filling.form, name="form"),
    path("inspections/<uuid:pk>/offline/", device.offline, name="offline"),
    path("inspections/<uuid:pk>/check/", filling.check_page, name="check"),
    path("inspections/<uuid:pk>/answers/<str:code>/", filling.answer_save, name="answer-save"),
    path("inspections/<uuid:pk>/answers/<str:code>/photos/", photos.photo_add, name="photo-add"),
    path("inspections/<uuid:pk>/paper/", paper.paper, name="paper"),
    path("inspections/<uuid:pk>/sections/<str:section>/", filling.section_save, name="section-save"),
    path("inspections/<uuid:pk>/photos/", uploads.photo_announce, name="photo-announce"),
    path("inspections/<uuid:pk>/photos/<uuid:photo>/", uploads.photo_upload, name="photo-upload"),
    path("inspections/<uuid:pk>/state/", syncing.inspection_state, name="state"),
    path("inspections/<uuid:pk>/sync/", syncing.sync_answers, name="sync"),
    path("photos/<uuid:pk>/", photos.photo, name="photo"),
    path("photos/<uuid:pk>/small/", photos.photo, {"size": "thumbnail"}, name="photo-thumbnail"),
    path("photos/<uuid:pk>/remove/", photos.photo_remove, name="photo-remove"),
]
