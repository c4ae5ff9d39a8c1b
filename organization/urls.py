"""Addresses of the organization app; those of the door stand in config, without a namespace."""

from django.urls import path

from .views import centers, delegates, entry, people, privacy, second_factor, staff, trail

app_name = "organization"

urlpatterns = [
    path("account/", entry.account, name="account"),
    path("account/data/", privacy.own_data, name="own-data"),
    path("account/data/download/", privacy.own_data_download, name="own-data-download"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("session/", entry.session, name="session"),
    path("account/sessions/end/", entry.sessions_end, name="sessions-end"),
    path("account/sessions/<int:pk>/end/", entry.session_end, name="session-end"),
    path("account/second-factor/", second_factor.second_factor, name="second-factor"),
    path("account/second-factor/codes/", second_factor.recovery_codes, name="recovery-codes"),
    path("account/second-factor/drop/", second_factor.own_factor_drop, name="own-factor-drop"),
    path("people/<int:pk>/second-factor/drop/", people.person_factor_drop, name="person-factor-drop"),
    path("centers/", centers.center_list, name="center-list"),
    path("centers/<int:pk>/", centers.center_edit, name="center-edit"),
    path("village-people/", delegates.delegate_list, name="delegate-list"),
    path("village-people/new/", delegates.delegate_create, name="delegate-create"),
    path("people/", people.person_list, name="person-list"),
    path("people/new/", people.person_create, name="person-create"),
    path("people/import/", staff.people_import, name="people-import"),
    path("people/import/sheet/", staff.people_sheet, name="people-sheet"),
    path("people/<int:pk>/", people.person_edit, name="person-edit"),
    path("people/<int:pk>/password/", people.person_password, name="person-password"),
    path("people/<int:pk>/roles/", people.person_assign, name="person-assign"),
    path("people/<int:pk>/roles/<int:assignment>/remove/", people.person_unassign, name="person-unassign"),
    path("people/<int:pk>/disable/", people.person_disable, name="person-disable"),
    path("people/<int:pk>/enable/", people.person_enable, name="person-enable"),
    path("people/<int:pk>/data/", privacy.person_data, name="person-data"),
    path("people/<int:pk>/anonymize/", privacy.person_anonymize, name="person-anonymize"),
    path("audit/", trail.audit, name="audit"),
    path("audit/export/", trail.audit_export, name="audit-export"),
]
