"""All settings, each with a working default; the environment overrides them."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import environ

from .buckets import bucket

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.prefix = "PORTAL_"
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def kept_secret(path: Path) -> str:
    """Return the key in `path`, made at the first start and readable by its owner only.

    Of several workers that start at once the first one's key is everybody's: it appears whole.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent) as file, suppress(FileExistsError):
            file.write(secrets.token_urlsafe(50))
            file.flush()
            os.link(file.name, path)
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_q",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "organization",
    "standards",
    "inspections",
    "reports",
    "config.operations",
]

MIDDLEWARE = [
    "config.operations.middleware.request_id",
    "config.operations.middleware.access",
    "config.operations.middleware.protective_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.Compression",
    "config.content_policy.ContentPolicy",
    "config.operations.middleware.well_formed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "organization.middleware.Authentication",
    "django_otp.middleware.OTPMiddleware",
    "organization.middleware.idle_logout",
    "organization.middleware.public_rate",
    "organization.middleware.LoginRequired",
    "organization.middleware.client_address",
    "organization.middleware.renewed_session",
    "organization.gate.duties_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "organization.context_processors.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# SQLite loses concurrent saves under Django's default (a read lock that cannot be upgraded):
# every transaction takes the write lock when it begins, and readers go on beside it (WAL).
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
# A copy that follows the database; pages that only add up read from it.
REPLICA_URL = env("REPLICA_URL", default="")
# For so long after a write of theirs people read from the database itself.
REPLICA_LAG_SECONDS = env.int("REPLICA_LAG_SECONDS", default=30)
if REPLICA_URL:
    DATABASES["replica"] = env.db("REPLICA_URL") | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["organization.replica.Router"]
    MIDDLEWARE.append("organization.replica.remembered_writes")
# PostgreSQL plans the most frequent statements once per connection. Not behind a pooler that hands out
# connections by the transaction: a statement prepared in one would be looked for in another.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", default=True)
for database in DATABASES.values():
    database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    database["CONN_HEALTH_CHECKS"] = True
    if PREPARED_STATEMENTS and database["ENGINE"] == "django.db.backends.postgresql":
        # Left to itself it plans some of them anew at every execution, which costs more than they do; and it
        # takes the disk for a turning one, and reads tables of hundreds of rows whole to find one. What the
        # address says of its own comes last, and holds.
        options = database.setdefault("OPTIONS", {})
        planning = "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1"
        options["options"] = f"{planning} {options.get('options', '')}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What else happens, in the same transaction, when a center closes, opens again or moves: the part of the
# upper floors, which the lowest one cannot import.
CENTER_FOLLOWERS = ["inspections.actions.follow_center", "reports.actions.follow_center"]
# Who says how far the rounds of whole provinces are: from summaries, which the floor of rounds cannot import.
ROUND_PROGRESS = "reports.round_progress.give_progress"
AUTH_USER_MODEL = "organization.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "organization.passwords.LongEnough"},
    {"NAME": "organization.passwords.MixedEnough"},
    {"NAME": "organization.passwords.NotUsedBefore"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_MIN_LENGTH = env.int("PASSWORD_MIN_LENGTH", default=8)
# Of four: small and capital letters, digits, others.
PASSWORD_CLASSES = env.int("PASSWORD_CLASSES", default=3)
PASSWORD_REMEMBERED = env.int("PASSWORD_REMEMBERED", default=5)
# After so many days a password is changed at the next log-in; 0 never asks for it.
PASSWORD_DAYS = env.int("PASSWORD_DAYS", default=90)
LOCKOUT_TRIES = env.int("LOCKOUT_TRIES", default=5)
LOCKOUT_ADDRESS_TRIES = env.int("LOCKOUT_ADDRESS_TRIES", default=30)
LOCKOUT_MINUTES = env.int("LOCKOUT_MINUTES", default=15)
# After so many minutes without use a log-in ends (0: never), but for roles that work out in the field.
IDLE_MINUTES = env.int("IDLE_MINUTES", default=30)
IDLE_EXEMPT_ROLES = env.list("IDLE_EXEMPT_ROLES", default=["inspector", "lead_inspector", "township_staff"])
# Roles that work with a second factor only, such as administrator,security_administrator.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=[])
OTP_TOTP_ISSUER = env("SECOND_FACTOR_ISSUER", default="基层便民服务督查平台")
# Single sign-on by OpenID Connect: off without an issuer. The claim that names the account must be one that
# people cannot change at the provider; amr or acr values named here stand for our own second factor.
SSO_ISSUER = env("SSO_ISSUER", default="")
SSO_CLIENT_ID = env("SSO_CLIENT_ID", default="")
SSO_CLIENT_SECRET = env("SSO_CLIENT_SECRET", default="")
SSO_SCOPE = env("SSO_SCOPE", default="openid profile")
SSO_ACCOUNT_CLAIM = env("SSO_ACCOUNT_CLAIM", default="preferred_username")
SSO_SECOND_FACTOR = env.list("SSO_SECOND_FACTOR", default=[])
SSO_NAME = env("SSO_NAME", default="")
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_ENGINE = "organization.session_store"
# Inspectors are away from signal for days; the first request of a day renews the two weeks.
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=14 * 24 * 3600)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.assets.NpmFinder",
]
# Only these files of the front-end packages are served, each under a name of ours.
NPM_DIR = BASE_DIR / "node_modules"
NPM_FILES = {
    "vendor/bootstrap.css": "bootstrap/dist/css/bootstrap.min.css",
    "vendor/idb.js": "idb/build/index.js",
}
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Photos and documents lie in a folder, or in a bucket that several machines share.
S3_BUCKET = env("S3_BUCKET", default="")
STORAGES = {
    "default": bucket(env, S3_BUCKET)
    if S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.assets.HashedStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640

# A photo as a phone takes it; the form page sends one section of text and photos at most.
PHOTO_MAX_BYTES = env.int("PHOTO_MAX_BYTES", default=15 * 1024 * 1024)
PHOTO_MAX_PIXELS = env.int("PHOTO_MAX_PIXELS", default=50_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
DATA_UPLOAD_MAX_NUMBER_FILES = 60

# Work that outlasts a request. A task gives way after JOB_SLICE seconds; what a dead worker held is
# free again after JOB_LEASE. The queue's own times only guard against a task that hangs: a task must
# be shorter than `timeout`, and `timeout` shorter than `retry`, or one task would run twice at once.
JOB_SLICE = env.int("JOB_SLICE", default=10)
JOB_LEASE = env.int("JOB_LEASE", default=60)
# Days after which what a job has made (a ZIP, a volume to print) is removed at night; 0 keeps everything.
JOB_FILES_DAYS = env.int("JOB_FILES_DAYS", default=7)
JOB_LANES = env.int("QUEUE_WORKERS", default=0) or len(os.sched_getaffinity(0))
REDIS_URL = env("REDIS_URL", default="")
Q_CLUSTER = {
    "name": "portal",
    "workers": JOB_LANES,
    "timeout": 600,
    "retry": 660,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "recycle": 1000,
    "max_rss": 1024 * env.int("WORKER_MEGABYTES", default=600),
    "bulk": 1,
    "poll": 0.5,
    "save_limit": 100,
    "log_level": env("LOG_LEVEL", default="WARNING"),
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}
# Mail goes to the log until a server is named; links in it lead to PUBLIC_URL.
MAIL = env.email("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"], MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.get("EMAIL_USE_TLS", False), MAIL.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default="portal@localhost")
EMAIL_TIMEOUT = 20
# The county's own messenger: each message is posted there as JSON, signed by HMAC-SHA256.
WEBHOOK_URL = env("WEBHOOK_URL", default="")
WEBHOOK_SECRET = env("WEBHOOK_SECRET", default="")

FONTS_DIR = Path(env("FONTS_DIR", default=str(VAR_DIR / "fonts")))
# Where the open source faces lie, if neither the system's packages nor its mirror can give them.
FONT_SOURCES_DIR = env("FONT_SOURCES_DIR", default="")
# A folder in which the office has put the proprietary official faces, where it owns them.
OFFICIAL_FONTS_DIR = env("OFFICIAL_FONTS_DIR", default="")

# The name under which devices keep this release's pages; a digest of its files where none is given.
RELEASE = env("RELEASE", default="")
# The address at which others reach the portal: on documents as a QR code, in mail as links. PORT is that
# of `make run`, whose documents would otherwise lead to another server.
PUBLIC_URL = env("PUBLIC_URL", default=f"http://localhost:{os.environ.get('PORT') or 8000}")
# The largest file that the public page compares with an issued one.
VERIFY_MAX_BYTES = env.int("VERIFY_MAX_BYTES", default=40 * 1024 * 1024)
# The certificate that signs issued files: a PKCS#12 file, or a token by its PKCS#11 library, whose
# PIN is the password. REGION is the code of the office it belongs to; empty for every office here.
SIGNING = {
    "FILE": env("SIGNING_FILE", default=""),
    "PASSWORD": env("SIGNING_PASSWORD", default=""),
    "REGION": env("SIGNING_REGION", default=""),
    "PKCS11_LIBRARY": env("SIGNING_PKCS11_LIBRARY", default=""),
    "PKCS11_TOKEN": env("SIGNING_PKCS11_TOKEN", default=""),
    "PKCS11_LABEL": env("SIGNING_PKCS11_LABEL", default=""),
    "TSA_URL": env("SIGNING_TSA_URL", default=""),
}
# Requests without a log-in, a minute from one address and in one web process; 0 does not count them.
PUBLIC_REQUESTS_PER_MINUTE = env.int("PUBLIC_REQUESTS_PER_MINUTE", default=120)

# Telephone numbers and TOTP secrets are encrypted under the first key and read by all of them; without the
# setting, under the lines of the file. After a change of keys: manage.py encrypt_fields.
FIELD_KEYS = env.list("FIELD_KEYS", default=[]) or kept_secret(VAR_DIR / "field_key").split()

# The notice about personal data: a new version is asked for at the next log-in; whom to ask about it.
PRIVACY_VERSION = env("PRIVACY_VERSION", default="2026-11-26")
PRIVACY_CONTACT = env("PRIVACY_CONTACT", default="")
# Days after which manage.py remove_expired removes messages, and what disabled accounts keep of their own.
RETAIN_MESSAGE_DAYS = env.int("RETAIN_MESSAGE_DAYS", default=365)
RETAIN_ACCOUNT_DAYS = env.int("RETAIN_ACCOUNT_DAYS", default=180)
# Accounts nobody has used for so many days are disabled by the same command; 0 leaves that to people.
STALE_ACCOUNT_DAYS = env.int("STALE_ACCOUNT_DAYS", default=0)
RETAIN_UPLOAD_DAYS = env.int("RETAIN_UPLOAD_DAYS", default=7)

# The trail: sha256 or sm3; at least 183 days; where the signed anchors and their key lie.
AUDIT_DIGEST = env("AUDIT_DIGEST", default="sha256")
AUDIT_KEEP_DAYS = env.int("AUDIT_KEEP_DAYS", default=365)
AUDIT_ANCHOR_DIR = Path(env("AUDIT_ANCHOR_DIR", default=str(VAR_DIR / "anchors")))
AUDIT_KEY_FILE = Path(env("AUDIT_KEY_FILE", default=str(VAR_DIR / "audit_key.pem")))

# The component page is for developers of the portal.
SHOW_COMPONENTS = env.bool("SHOW_COMPONENTS", default=DEBUG)

HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Under this prefix browsers take the cookie over HTTPS only, and from no neighboring host.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Asked by machines beside the portal, over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# Who may read the figures for monitoring, as addresses or networks; nobody, unless named.
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=[])
if METRICS_ADDRESSES:
    # Read by prometheus_client when it is imported: several server processes count together in files here.
    METRICS_DIR = VAR_DIR / "metrics"
    METRICS_DIR.mkdir(exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(METRICS_DIR))

# Backups: where to, the public keys that may open them (manage.py backup_key), how many are kept.
BACKUP_DIR = Path(env("BACKUP_DIR", default=str(VAR_DIR / "backups")))
BACKUP_RECIPIENTS = env.list("BACKUP_RECIPIENTS", default=[])
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)

LOG_FORMAT = env("LOG_FORMAT", default="plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "config.operations.logs.PlainFormatter"},
        "json": {"()": "config.operations.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "django-q": {"level": "WARNING"},
    },
}
