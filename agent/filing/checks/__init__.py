"""The checklist C01 to C22, one small function each; `complete.py` finds them here by their numbers."""
