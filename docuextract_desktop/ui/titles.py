"""States and types as the window calls them."""

from __future__ import annotations

from docuextract_desktop.jobs.models import BatchState, ItemState

ITEM_TITLES = {
    ItemState.PENDING: "Pending",
    ItemState.RUNNING: "Running",
    ItemState.COMPLETED: "Completed",
    ItemState.NEEDS_REVIEW: "Needs review",
    ItemState.FAILED: "Failed",
    ItemState.CANCELLED: "Cancelled",
}
BATCH_TITLES = {
    BatchState.PENDING: "Pending",
    BatchState.RUNNING: "Running",
    BatchState.COMPLETED: "Completed",
    BatchState.PARTIALLY_FAILED: "Partly failed",
    BatchState.FAILED: "Failed",
    BatchState.CANCELLED: "Cancelled",
}
TYPE_TITLES = {
    "text": "Text",
    "id": "Identifier",
    "name": "Name",
    "address": "Address",
    "money": "Amount",
    "number": "Number",
    "integer": "Whole number",
    "percent": "Percent",
    "date": "Date",
    "boolean": "Yes or no",
    "choice": "Choice",
    "email": "E-mail",
    "phone": "Phone",
    "table": "Table",
}
