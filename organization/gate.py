"""What a person who has logged in must do before anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .models import User
from .privacy import DUE
from .second_factor import is_required
from .single_sign_on import SSO_STRONG, WAY

Handler = Callable[[HttpRequest], HttpResponse]
# What stays open meanwhile, beside the page itself.
SECOND_FACTOR = "organization:second-factor"
PRIVACY = "organization:privacy"
OPEN = {"logout", "set_language"}


def must_change(user: User, way: str = "") -> bool:
    """Say whether the password is to be changed now; who came in without it is not asked for it."""
    return user.must_change_password and not way


def duty(user: User, way: str = "", *, unread: bool = False) -> str | None:
    """Name the page on which the person has something to do first; None where all is done.

    Who has a second factor shows it before anything else; who needs one sets it up after the password. `way`
    is how they came in: a provider of single sign-on may have asked for its own second factor instead. The
    notice about personal data is asked for at the log-in alone (`unread`): a new one stops nobody in a form.
    """
    strong = way == SSO_STRONG
    if user.second_factor_at is not None and not strong and not user.is_verified():
        return SECOND_FACTOR
    if unread:
        return PRIVACY
    if must_change(user, way):
        return "organization:account"
    if user.second_factor_at is None and not strong and is_required(user):
        return SECOND_FACTOR
    return None


def duties_first(get_response: Handler) -> Handler:
    """Lead to that page from every other one; a write is not done then, and no draft is lost by it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.user.is_authenticated or request.resolver_match is None:
            return None
        page = duty(request.user, request.session.get(WAY, ""), unread=DUE in request.session)
        asked = request.resolver_match.view_name
        if page is None or asked == page or asked in OPEN:
            return None
        return HttpResponseRedirect(reverse(page))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware
