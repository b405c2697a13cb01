"""Labels over HTTP."""

from fastapi import Request, Response

from questlog.api.deps import ExpectedVersion, Page, PathId, Reader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.planning import labels
from questlog.planning.label_schemas import LabelCreate, LabelPage, LabelResponse, LabelUpdate
from questlog.planning.models import Label

router = HouseRouter(prefix="/labels", tags=["labels"])


@router.get("", response_model=LabelPage)
async def list_labels(request: Request, page: Page, user_id: UserId, session: Reader) -> Response:
    """List labels by name."""
    found = await labels.page(session, user_id, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=LabelResponse)
async def create_label(body: LabelCreate, user_id: UserId, session: Writer) -> Label:
    """Make a label. A name that differs from another one only in the case of letters is taken: 409."""
    return await labels.create(session, user_id, body.name, color=body.color)


@router.get("/{label_id}", response_model=LabelResponse)
async def get_label(label_id: PathId, user_id: UserId, session: Reader) -> Label:
    """Give one label."""
    return await labels.get(session, user_id, label_id)


@router.put("/{label_id}", response_model=LabelResponse, name="put_label")
@router.patch("/{label_id}", response_model=LabelResponse)
async def update_label(
    label_id: PathId, body: LabelUpdate, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> Label:
    """Rename or recolour a label; the tasks that wear it show its new name."""
    return await labels.change(session, user_id, label_id, body.changes, expected_version=expected)


@router.delete("/{label_id}", status_code=204)
async def delete_label(
    label_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Delete a label and take it off its tasks. This cannot be taken back."""
    await labels.delete(session, user_id, label_id, expected_version=expected)
