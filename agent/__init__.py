"""The investigation, its writers, its people. Imports every room below."""
