"""What alembic runs: the steps, on the connection and within the transaction that the opening of the store began."""

from alembic import context

from casewright.tools.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
