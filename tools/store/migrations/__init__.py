"""How the case store's tables came to be, a file a step; run by alembic when a store is opened."""
