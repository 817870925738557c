"""What people do in review: who may do what, decisions, edits, late evidence, and what it all adds up to."""
