"""A night's alerts in one go: chosen, joined to cases, put in order, drafted by runners from a queue, and told."""
