"""The embedded writer: a case memo whose every figure is quoted from evidence; no model needed."""
