"""Addresses of scores, findings, notices and exports."""

from django.urls import path

from .views import exports, homes, notices, scores

app_name = "reports"

urlpatterns = [
    path("county/", homes.county, name="county"),
    path("our-centers/", homes.our_centers, name="our-centers"),
    path("findings/", homes.finding_list, name="finding-list"),
    path("inspections/<uuid:pk>/submit/", scores.submit, name="submit"),
    path("inspections/<uuid:pk>/score/", scores.score, name="score"),
    path("inspections/<uuid:pk>/notice/", notices.notice_draft, name="notice-draft"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/<uuid:pk>/", notices.notice, name="notice"),
    path("notices/<uuid:pk>/edit/", notices.notice_edit, name="notice-edit"),
    path("notices/<uuid:pk>/issue/", notices.notice_issue, name="notice-issue"),
    path("notices/<uuid:pk>/notice.pdf", notices.notice_pdf, name="notice-pdf"),
    path("notices/<uuid:pk>/pages/<int:number>.png", notices.notice_page, name="notice-page"),
    path("rounds/<int:pk>/notices.zip", exports.round_notices, name="round-export"),
    path("issuing-body/", notices.issuing_body, name="issuing-body"),
]
