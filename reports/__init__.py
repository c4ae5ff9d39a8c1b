"""Scores, documents, overviews and exports."""
