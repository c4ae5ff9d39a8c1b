"""What a measurement does before all else: say what it is if asked, and what it cannot do without."""

import os
import sys


def introduce(doc: str | None, *, postgresql: bool = False) -> None:
    """End by printing `doc` where `--help` asks for it, or by one line where a PostgreSQL is needed and none
    is named."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print((doc or "").strip())
        sys.exit()
    if postgresql and not os.environ.get("PORTAL_DATABASE_URL", "").startswith("postgres"):
        sys.exit(
            "This measurement needs a PostgreSQL in which it may make databases of its own; name one: "
            f"PORTAL_DATABASE_URL=postgres://user@127.0.0.1/postgres {sys.executable} {sys.argv[0]}"
        )
