"""Drafting: whoever words a memo, the same steps: plan, ask, word, check, send back, strike, put back what was lost."""
