"""Division codes (统计用区划代码): 12 digits, of which a region's own come first."""

from enum import IntEnum

CODE_LENGTH = 12


class Level(IntEnum):
    NATION = 0
    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


DIGITS = {
    Level.NATION: 0,
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
}


def prefix(code: str, level: int) -> str:
    """Return the digits that every region below `code` begins with; none for the nation."""
    return code[: DIGITS[Level(level)]]


def ancestors(code: str, level: int) -> list[str]:
    """Return the codes above `code`, province first, by the digits alone."""
    above = [Level(step) for step in range(Level.PROVINCE, level)]
    return [code[: DIGITS[step]].ljust(CODE_LENGTH, "0") for step in above]


def is_code(text: str, level: int) -> bool:
    """Say whether `text` is a 12-digit code whose digits end where `level` ends."""
    end = DIGITS[Level(level)]
    begin = DIGITS[Level(level - 1)] if level > Level.NATION else 0
    well_formed = len(text) == CODE_LENGTH and text.isascii() and text.isdigit()
    return well_formed and not text[end:].strip("0") and bool(text[begin:end].strip("0"))


def level_of(code: str) -> Level | None:
    """Return the level whose digits end a 12-digit code; None where it is no code below the nation."""
    return next((level for level in reversed(Level) if level and is_code(code, level)), None)


def above(code: str, level: int) -> str | None:
    """Return the code just above `code`; None for a province and the nation.

    Cities without counties (东莞 4419, 中山 4420, 儋州 4604) stand above their townships
    under the same twelve digits that a county of theirs would have.
    """
    codes = ancestors(code, level)
    return codes[-1] if codes else None
