"""Addresses of scores, findings, notices and exports."""

from django.urls import path

from .views import exports, homes, jobs, notices, scores

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
    path("rounds/<int:pk>/documents/issue/", jobs.round_issue, name="round-issue"),
    path("rounds/<int:pk>/documents/export/", jobs.round_export, name="round-export"),
    path("rounds/<int:pk>/documents/print/", jobs.round_print, name="round-print"),
    path("rounds/<int:pk>/scores.xlsx", exports.round_scores, name="round-scores"),
    path("rounds/<int:pk>/ledger.xlsx", exports.round_ledger, name="round-ledger"),
    path("findings.xlsx", exports.finding_table, name="finding-table"),
    path("jobs/", jobs.job_list, name="job-list"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<uuid:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job-retry"),
    path("jobs/<uuid:pk>/files/<int:number>/", jobs.job_file, name="job-file"),
    path("issuing-body/", notices.issuing_body, name="issuing-body"),
]
