"""Regions, centers, people and what they may do."""
