"""The demonstration county 汤阴县, filled through the portal's own actions."""

from .loading import Loaded, Refused, is_loaded, load, real_county

__all__ = ["Loaded", "Refused", "is_loaded", "load", "real_county"]
