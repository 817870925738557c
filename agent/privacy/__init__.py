"""What may leave for a model: tokens instead of names and ids, and untrusted text wrapped."""
