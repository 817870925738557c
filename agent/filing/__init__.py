"""From case to report: regimes, completeness, the filing text, roles, requests for information."""
