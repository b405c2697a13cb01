"""Moving things within their list, on the wire."""

from typing import Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from questlog.core.schemas import Strict, absent
from questlog.planning.positions import Neighbour


class ReorderRequest(Strict):
    """What moves, and what it shall stand right before or right after."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["before"]}, {"required": ["after"]}],
            "examples": [
                {
                    "id": "019a9c3e-7a40-7000-8000-000000000001",
                    "before": "019a9c3e-7a40-7000-8000-000000000002",
                }
            ],
        }
    )

    id: UUID
    before: UUID = absent()
    after: UUID = absent()

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if len(self.model_fields_set & {"before", "after"}) != 1:
            raise ValueError("name either `before` or `after`")
        return self

    @property
    def neighbour(self) -> Neighbour:
        if "after" in self.model_fields_set:
            return Neighbour(self.after, is_before=True)
        return Neighbour(self.before, is_before=False)
