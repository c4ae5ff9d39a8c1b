"""Rounds, inspections, answers, photos and findings."""
