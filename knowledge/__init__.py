"""What the system knows, and the types that everything passes around. Imports nothing of ours."""
