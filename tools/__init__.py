"""Questions to the data, and what is computed from them. Imports knowledge, nothing above."""
