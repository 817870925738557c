"""The experts' way of working with typologies: writing, proposing, approving, and what a change would do."""
