"""Pages of lists that are too long to be counted."""

from typing import Any

from django.core.paginator import Paginator

# Nobody turns so many pages; whoever looks for more filters.
MOST = 5_000


class FirstPages(Paginator):  # type: ignore[type-arg]
    """The pages of the first `most` rows, so that one costs the same however many rows follow.

    They are of the rows' keys, all read at once: counting them first would look through the same rows
    another time. `is_cut` says that there are more.
    """

    def __init__(self, rows: Any, per_page: int, most: int = MOST) -> None:
        keys = list(rows.values_list("pk", flat=True)[: most + 1])
        self.is_cut = len(keys) > most
        super().__init__(keys[:most], per_page)
