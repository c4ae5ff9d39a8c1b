"""Telephone numbers as others may see them: a person's own is masked, an office's is not."""

import re

# A mobile number is a person's, also written with a country code or in groups; a fixed line is an office's.
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
COUNTRY = re.compile(r"(?<!\d)\+?(?:00)?86[ -]?(?=1[3-9]\d)")


def masked(text: str) -> str:
    """Return the text with `13812345678` as `138****5678`."""
    return MOBILE.sub(r"\1****\2", COUNTRY.sub("", text))


def is_personal(text: str) -> bool:
    """Say whether there is something in the text that `masked` hides."""
    return MOBILE.search(COUNTRY.sub("", text)) is not None
