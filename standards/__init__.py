"""The requirement checklist as data."""
