"""The demo exchange: a seeded crypto exchange with planted typologies, their benign look-alikes, and a truth apart."""
