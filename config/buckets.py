"""Where files lie when several machines serve: a bucket of any store that speaks S3."""

from typing import Any


def bucket(env: Any, name: str) -> dict[str, Any]:
    """Return the storage for `STORAGES`; what is in it is read through the portal alone, after its checks.

    A file is never written over: of two of one name the second gets another.
    """
    options = {
        "bucket_name": name,
        "endpoint_url": env("S3_ENDPOINT", default="") or None,
        "region_name": env("S3_REGION", default="") or None,
        "access_key": env("S3_KEY", default="") or None,
        "secret_key": env("S3_SECRET", default="") or None,
        "addressing_style": env("S3_ADDRESSING", default="path"),
        "signature_version": "s3v4",
        "file_overwrite": False,
        "default_acl": None,
        # No address of the store ever leaves the portal.
        "querystring_auth": True,
        "querystring_expire": 60,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
