"""Addresses of scores, findings, documents and exports."""

from django.urls import path

from .views import documents, exports, homes, jobs, life, offices, prints, scores, verifying

app_name = "reports"

urlpatterns = [
    path("county/", homes.county, name="county"),
    path("our-centers/", homes.our_centers, name="our-centers"),
    path("findings/", homes.finding_list, name="finding-list"),
    path("inspections/<uuid:pk>/submit/", scores.submit, name="submit"),
    path("inspections/<uuid:pk>/score/", scores.score, name="score"),
    path("inspections/<uuid:pk>/notice/", documents.notice_draft, name="notice-draft"),
    path("rounds/<int:pk>/circular/", documents.circular_draft, name="circular-draft"),
    path("documents/", documents.document_list, name="document-list"),
    path("documents/<uuid:pk>/", documents.document, name="document"),
    path("documents/<uuid:pk>/edit/", documents.document_edit, name="document-edit"),
    path("documents/<uuid:pk>/preview/", documents.document_preview, name="document-preview"),
    path("documents/<uuid:pk>/check/", life.document_check, name="document-check"),
    path("documents/<uuid:pk>/sign/", life.document_sign, name="document-sign"),
    path("documents/<uuid:pk>/send-back/", life.document_send_back, name="document-send-back"),
    path("documents/<uuid:pk>/issue/", life.document_issue, name="document-issue"),
    path("documents/<uuid:pk>/deliver/", life.document_deliver, name="document-deliver"),
    path("documents/<uuid:pk>/acknowledge/", life.document_acknowledge, name="document-acknowledge"),
    path("documents/<uuid:pk>/withdraw/", life.document_withdraw, name="document-withdraw"),
    path("documents/<uuid:pk>/replace/", life.document_replace, name="document-replace"),
    path("documents/<uuid:pk>/document.pdf", documents.document_pdf, name="document-pdf"),
    path("documents/<uuid:pk>/pages/<int:number>.png", documents.document_page, name="document-page"),
    path("documents/<uuid:pk>/document.docx", exports.document_word, name="document-word"),
    path("rounds/<int:pk>/documents/issue/", jobs.round_issue, name="round-issue"),
    path("rounds/<int:pk>/documents/export/", jobs.round_export, name="round-export"),
    path("rounds/<int:pk>/documents/print/", jobs.round_print, name="round-print"),
    path("rounds/<int:pk>/scores.xlsx", exports.round_scores, name="round-scores"),
    path("rounds/<int:pk>/ledger.xlsx", exports.round_ledger, name="round-ledger"),
    path("rounds/<int:pk>/ledger.pdf", prints.round_ledger, name="round-ledger-paper"),
    path("inspections/<uuid:pk>/score-report.pdf", prints.score_report, name="score-report"),
    path("findings.xlsx", exports.finding_table, name="finding-table"),
    path("jobs/", jobs.job_list, name="job-list"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/progress/", jobs.job_progress, name="job-progress"),
    path("jobs/<uuid:pk>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job-retry"),
    path("jobs/<uuid:pk>/files/<int:number>/", jobs.job_file, name="job-file"),
    path("issuing-body/", offices.issuing_body, name="issuing-body"),
    path("offices/<int:pk>/numbers/", offices.register, name="register"),
    path("offices/<int:pk>/seals/", offices.seals, name="seals"),
    path("offices/<int:pk>/wording/<str:kind>/", offices.wording, name="wording"),
    path("offices/<int:pk>/wording/<str:kind>/preview/", offices.wording_preview, name="wording-preview"),
    path("seals/<uuid:pk>/", offices.seal_image, name="seal-image"),
    path("seals/<uuid:pk>/retire/", offices.seal_retire, name="seal-retire"),
    path("verify/<str:token>/", verifying.verify, name="verify"),
]
