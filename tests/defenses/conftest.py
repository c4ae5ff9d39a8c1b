"""The defenses' tests render no PDF but where they test the engine."""

from tests.reports.conftest import quick_pdf

__all__ = ["quick_pdf"]
