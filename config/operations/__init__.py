"""What keeps the portal running: health, logs, figures for monitoring, backup and restore."""
