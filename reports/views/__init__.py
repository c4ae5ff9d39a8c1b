"""Pages of scores, findings, notices and exports."""
