"""Every chat model is made here: which, with which key, at what price, within which limits."""
