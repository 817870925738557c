"""The steps. `v0001_cases.py` is revision 0001; the newest program revision is the last file."""
