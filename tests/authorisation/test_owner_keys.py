"""The database itself keeps owners apart: no reference between owned tables goes without the owner (INV-7)."""

from questlog.core.db import Base
from tests.support.everything import owned_tables


def test_s080_inv7_every_reference_between_owned_tables_carries_the_owner() -> None:
    owned = {table.name for table, owner in owned_tables() if owner == "user_id"}
    bare = [
        f"{table.name}.{one.column_keys}"
        for table in Base.metadata.tables.values()
        for one in table.foreign_key_constraints
        if table.name in owned and one.referred_table.name in owned
        if "user_id" not in one.column_keys
    ]

    assert len(owned) >= 20
    assert not bare
