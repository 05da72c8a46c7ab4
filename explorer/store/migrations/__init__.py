"""How a database of an earlier revision becomes one of this version, as alembic runs it.

A new revision is one more file in `versions`, its number added to `schema.REVISIONS`, and the
same change in `tables`; the tests compare the two. Columns that are added need a default of
the server, for a worker of the earlier version may still be writing.
"""
