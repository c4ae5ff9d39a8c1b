"""The access tests render no PDF: what is asked here is who gets one."""

from tests.reports.conftest import quick_pdf

__all__ = ["quick_pdf"]
