"""Tasks of Outlook (File, Open & Export, Comma Separated Values), which is where Microsoft To Do writes a CSV.

The columns are those of an English Outlook; one of another language is read as `csv` with a mapping. Days stand as Windows
writes them, in the United States with the month first; `day_first` says otherwise.
"""

from dataclasses import replace
from datetime import tzinfo

from questlog.planning.importers import generic_csv
from questlog.planning.importers.columns import Columns
from questlog.planning.importers.plan import ImportPlan

MAPPING = {
    "title": "Subject",
    "description": "Notes",
    "start": "Start Date",
    "due": "Due Date",
    "completed": "Date Completed",
    "labels": "Categories",
    "priority": "Priority",
    "status": "Status",
}


def read(text: str, *, zone: tzinfo, columns: Columns) -> ImportPlan:
    """Return what the export asks for. A task that waits for somebody, or was put off, is open."""
    told = replace(columns, mapping=MAPPING, label_separator=columns.label_separator or ";")
    return generic_csv.read(text, zone=zone, columns=told, source="outlook", day_first=False)
