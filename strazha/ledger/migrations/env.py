"""Alembic's environment: runs migrations on the connection that strazha.ledger.database hands over."""

from alembic import context

from strazha.ledger.tables import metadata

# The caller's transaction holds all migrations together: a process that dies leaves the former version whole.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, compare_type=True)
context.run_migrations()
