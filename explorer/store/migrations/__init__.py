"""How a database of an older version becomes one of this version, as alembic runs it.

A new revision is one more file in `versions`, its number added to `run_schema.REVISIONS`, and the
same change in `run_tables`; the tests compare the two. Columns that are added need a default of
the server, for a worker of the older version may still be writing.
"""
