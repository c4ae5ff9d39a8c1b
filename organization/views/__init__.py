"""Pages of the organization app."""
