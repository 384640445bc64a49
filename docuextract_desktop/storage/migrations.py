"""The schema, step by step. A step and the record of it commit together; steps that were released never change.

The steps are kept and recorded by sqlite-utils' own migrations; PRAGMA user_version says the same in a form that can be
read without importing anything, and changes in the same transaction.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sqlite_utils import Database as UtilsDatabase
from sqlite_utils import Migrations

from docuextract_desktop.storage.database import APPLICATION_ID, Database, expected_errors

steps = Migrations("docuextract_desktop")

FIRST_SCHEMA = """
CREATE TABLE template_versions (
  id INTEGER PRIMARY KEY,
  template_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  created_at REAL NOT NULL,
  UNIQUE (template_id, version, body_sha256)
);
CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  template_version_id INTEGER NOT NULL REFERENCES template_versions (id),
  review_threshold REAL NOT NULL,
  tier TEXT NOT NULL,
  priority INTEGER NOT NULL,
  metadata TEXT NOT NULL,
  idempotency_key TEXT UNIQUE,
  request_sha256 TEXT NOT NULL,
  created_at REAL NOT NULL,
  cancel_requested_at REAL,
  last_event INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE items (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  batch_id TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path NOT NULL,
  filename TEXT NOT NULL,
  sha256 TEXT,
  size_bytes INTEGER,
  page_ranges TEXT,
  metadata TEXT NOT NULL,
  priority INTEGER NOT NULL,
  reuse INTEGER NOT NULL,
  bound_owner TEXT,
  state TEXT NOT NULL
    CHECK (state IN ('pending', 'running', 'completed', 'needs_review', 'failed', 'cancelled')),
  attempt INTEGER NOT NULL DEFAULT 0,
  faults INTEGER NOT NULL DEFAULT 0,
  not_before REAL NOT NULL DEFAULT 0,
  owner TEXT,
  page_count INTEGER,
  started_at REAL,
  ended_at REAL,
  lowest_confidence REAL,
  flagged INTEGER NOT NULL DEFAULT 0,
  copied_from TEXT,
  error_code TEXT,
  error_message TEXT,
  error_hint TEXT,
  error_detail TEXT,
  CHECK ((state = 'running') = (owner IS NOT NULL)),
  CHECK ((state = 'failed') = (error_code IS NOT NULL))
);
-- Whatever writes here, only the changes of jobs.models.ALLOWED_CHANGES can happen (a test compares the two).
CREATE TRIGGER items_begin_pending BEFORE INSERT ON items WHEN NEW.state <> 'pending'
BEGIN SELECT RAISE(ABORT, 'an item begins as pending'); END;
CREATE TRIGGER items_change_state BEFORE UPDATE OF state ON items
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN (
  'pending>running', 'pending>cancelled',
  'running>completed', 'running>needs_review', 'running>failed', 'running>pending',
  'completed>pending', 'completed>needs_review', 'needs_review>completed', 'needs_review>pending',
  'failed>pending', 'cancelled>pending')
BEGIN SELECT RAISE(ABORT, 'this change of state is not allowed'); END;
CREATE UNIQUE INDEX items_by_position ON items (batch_id, position);
-- Everything that a batch's summary is derived from, so that the table itself is not read.
CREATE INDEX items_by_state ON items (batch_id, state, page_count, started_at, ended_at);
CREATE INDEX items_to_claim ON items (priority DESC, sequence) WHERE state = 'pending';
CREATE INDEX items_to_claim_of_batch ON items (batch_id, priority DESC, sequence) WHERE state = 'pending';
CREATE INDEX items_pausing ON items (not_before) WHERE state = 'pending' AND not_before > 0;
CREATE INDEX items_running ON items (owner) WHERE state = 'running';
CREATE INDEX items_by_content ON items (sha256, state);
CREATE TABLE documents (
  sha256 TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  page_count INTEGER NOT NULL,
  read_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE pages (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL REFERENCES documents (sha256) ON DELETE CASCADE,
  words_version TEXT NOT NULL,
  page_index INTEGER NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  rotation INTEGER NOT NULL,
  method TEXT NOT NULL,
  words BLOB NOT NULL,
  UNIQUE (sha256, words_version, page_index)
);
CREATE TABLE results (
  item_id TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  reuse_key TEXT NOT NULL,
  template_id TEXT NOT NULL,
  template_version INTEGER NOT NULL,
  engine_version TEXT NOT NULL,
  warnings TEXT NOT NULL,
  stored_at REAL NOT NULL
);
CREATE INDEX results_to_reuse ON results (reuse_key);
CREATE TABLE field_values (
  id INTEGER PRIMARY KEY,
  item_id TEXT NOT NULL REFERENCES results (item_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  confidence REAL NOT NULL,
  needs_review INTEGER NOT NULL,
  reviewed INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (item_id, position)
);
CREATE INDEX field_values_flagged ON field_values (item_id) WHERE needs_review = 1;
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  made_at REAL NOT NULL,
  who TEXT NOT NULL,
  item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  action TEXT NOT NULL,
  before TEXT,
  after TEXT,
  undone_by INTEGER REFERENCES decisions (id) ON DELETE SET NULL
);
CREATE INDEX decisions_by_item ON decisions (item_id, id);
CREATE INDEX decisions_undone_by ON decisions (undone_by);
CREATE TABLE reproposals (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  made_at REAL NOT NULL,
  cause TEXT NOT NULL,
  taken_back_at REAL
);
CREATE INDEX reproposals_by_batch ON reproposals (batch_id, id);
CREATE TABLE reproposal_changes (
  id INTEGER PRIMARY KEY,
  reproposal_id INTEGER NOT NULL REFERENCES reproposals (id) ON DELETE CASCADE,
  item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
);
CREATE INDEX reproposal_changes_of ON reproposal_changes (reproposal_id);
CREATE INDEX reproposal_changes_by_item ON reproposal_changes (item_id);
CREATE TABLE prepared_documents (
  sha256 TEXT NOT NULL REFERENCES documents (sha256) ON DELETE CASCADE,
  template_id TEXT NOT NULL,
  template_version INTEGER NOT NULL,
  page_ranges TEXT NOT NULL,
  made_by TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (sha256, template_id, template_version, page_ranges)
) WITHOUT ROWID;
CREATE TABLE examples (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  template_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  item_id TEXT,
  body BLOB NOT NULL,
  taught_at REAL NOT NULL,
  UNIQUE (template_id, sha256)
);
CREATE TABLE weights (
  template_id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  body BLOB NOT NULL,
  fitted_at REAL NOT NULL
);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  item_id TEXT,
  state TEXT
);
CREATE TABLE usage (month TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE owners (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  process_started REAL NOT NULL,
  heartbeat REAL NOT NULL
) WITHOUT ROWID;
"""

WATCHED_FOLDERS = """
CREATE TABLE watched_folders (
  id TEXT PRIMARY KEY,
  path NOT NULL UNIQUE,
  template_id TEXT NOT NULL,
  done_folder TEXT,
  enabled INTEGER NOT NULL,
  batch_id TEXT REFERENCES batches (id) ON DELETE SET NULL,
  created_at REAL NOT NULL,
  looked_at REAL,
  trouble TEXT NOT NULL DEFAULT '',
  holder TEXT
) WITHOUT ROWID;
CREATE INDEX watched_folders_by_batch ON watched_folders (batch_id);
-- A file is known by its path (as a hash, so that no name outlives the batch that it was in) and its content.
CREATE TABLE watched_files (
  id INTEGER PRIMARY KEY,
  folder_id TEXT NOT NULL REFERENCES watched_folders (id) ON DELETE CASCADE,
  path_sha256 TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  item_id TEXT REFERENCES items (id) ON DELETE SET NULL,
  taken_at REAL NOT NULL,
  moving_to,
  moved_at REAL,
  UNIQUE (folder_id, path_sha256, sha256)
);
CREATE INDEX watched_files_by_item ON watched_files (item_id);
CREATE INDEX watched_files_to_move ON watched_files (folder_id) WHERE moved_at IS NULL;
"""


@steps(name="0001_first_schema")  # type: ignore[untyped-decorator,unused-ignore]
def first_schema(database: Any) -> None:
    """Everything that the first release stores."""
    _run(database, FIRST_SCHEMA)
    database.execute(f"PRAGMA application_id={APPLICATION_ID}")
    database.execute("PRAGMA user_version=1")


TEACHING_SCHEMA = """
-- What a document taught a template, field by field, as it was last decided or as it was imported.
CREATE TABLE lessons (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  template_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('decided', 'imported')),
  template_version INTEGER NOT NULL,
  filename TEXT NOT NULL,
  page_ranges TEXT NOT NULL,
  who TEXT NOT NULL,
  taught_at REAL NOT NULL,
  answers TEXT NOT NULL,
  taken_back_at REAL,
  taken_back_by TEXT,
  UNIQUE (template_id, sha256, origin)
);
CREATE INDEX lessons_by_content ON lessons (sha256);
-- Its words, kept for as long as the lesson is, whatever becomes of the batch.
CREATE TABLE lesson_pages (
  template_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  page_index INTEGER NOT NULL,
  words BLOB NOT NULL,
  PRIMARY KEY (template_id, sha256, page_index)
) WITHOUT ROWID;
-- Knowledge fitted to the lessons, for each version of a template; "version" never repeats for a template.
CREATE TABLE fitted (
  template_id TEXT NOT NULL,
  template_version INTEGER NOT NULL,
  version INTEGER NOT NULL,
  settled INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  body BLOB NOT NULL,
  fitted_at REAL NOT NULL,
  PRIMARY KEY (template_id, template_version)
);
INSERT INTO fitted (template_id, template_version, version, settled, made_by, body, fitted_at)
  SELECT w.template_id,
    COALESCE((SELECT MAX(t.version) FROM template_versions AS t WHERE t.template_id = w.template_id), 1),
    w.version, 0, '', w.body, w.fitted_at FROM weights AS w;
DROP TABLE weights;
-- A cache. It serves lessons too, so it does not go with its document any more.
DROP TABLE prepared_documents;
CREATE TABLE prepared_documents (
  sha256 TEXT NOT NULL,
  template_id TEXT NOT NULL,
  template_version INTEGER NOT NULL,
  page_ranges TEXT NOT NULL,
  made_by TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (sha256, template_id, template_version, page_ranges)
) WITHOUT ROWID;
-- Values that were not flagged and are put before a person all the same; they go when their document is done anew.
CREATE TABLE audits (
  item_id TEXT NOT NULL REFERENCES results (item_id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  chosen_at REAL NOT NULL,
  PRIMARY KEY (item_id, field)
) WITHOUT ROWID;
"""


@steps(name="0002_lessons_and_audits")  # type: ignore[untyped-decorator,unused-ignore]
def lessons_and_audits(database: Any) -> None:
    """What was taught is kept as it was said, with its words; unflagged values can be audited."""
    _run(database, TEACHING_SCHEMA)
    _lessons_of_examples(database)
    database.execute("DROP TABLE examples")
    database.execute("PRAGMA user_version=2")


def _lessons_of_examples(database: Any) -> None:
    """Examples of the first schema as lessons: what was said comes from the decisions that stand.

    Examples whose documents are gone cannot be made again, so they go, too.
    """
    for template_id, sha256, taught_at in database.execute(
        "SELECT template_id, sha256, taught_at FROM examples ORDER BY id"
    ).fetchall():
        made = database.execute(
            "SELECT d.field, d.after, d.who, i.filename, t.version FROM decisions AS d"
            " JOIN items AS i ON i.id = d.item_id JOIN batches AS b ON b.id = i.batch_id"
            " JOIN template_versions AS t ON t.id = b.template_version_id"
            " WHERE t.template_id = ? AND i.sha256 = ? AND d.undone_by IS NULL AND d.action <> 'undo'"
            " AND d.after IS NOT NULL ORDER BY d.id",
            (template_id, sha256),
        ).fetchall()
        answers = {}
        for field, after, _, _, _ in made:
            value = json.loads(after)
            if value["type"] != "table":
                kind = "absent" if value["value"] is None else "value"
                answers[field] = {"kind": kind, **{name: value[name] for name in ("type", "value", "text")}}
        if not answers:
            continue
        _, _, who, filename, version = made[-1]
        database.execute(
            "INSERT INTO lessons (template_id, sha256, origin, template_version, filename, page_ranges, who, taught_at,"
            " answers) VALUES (?, ?, 'decided', ?, ?, '', ?, ?, ?)",
            (template_id, sha256, version, filename, who, taught_at, json.dumps(answers, ensure_ascii=False)),
        )
        database.execute(
            "INSERT INTO lesson_pages (template_id, sha256, page_index, words) SELECT ?1, sha256, page_index, words"
            " FROM pages WHERE sha256 = ?2 AND words_version ="
            " (SELECT words_version FROM pages WHERE sha256 = ?2 ORDER BY id DESC LIMIT 1)",
            (template_id, sha256),
        )


def _run(database: Any, script: str) -> None:
    """Run a script's statements in the open transaction; Python's own `executescript` would commit that first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            database.execute(statement)
            statement = ""


@steps(name="0003_watched_folders")  # type: ignore[untyped-decorator,unused-ignore]
def watched_folders(database: Any) -> None:
    """Folders that are watched, and the files that were taken from them."""
    _run(database, WATCHED_FOLDERS)
    database.execute("PRAGMA user_version=3")


TEMPLATE_DRAFTS = """
-- Templates that are being written and are not saved yet, kept in case that the program ends before they are.
CREATE TABLE template_drafts (
  id TEXT PRIMARY KEY,
  template_id TEXT NOT NULL,
  base_version INTEGER,
  body TEXT NOT NULL,
  changed_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX template_drafts_by_template ON template_drafts (template_id, changed_at);
"""


@steps(name="0004_template_drafts")  # type: ignore[untyped-decorator,unused-ignore]
def template_drafts(database: Any) -> None:
    """Unsaved drafts of templates survive the program."""
    _run(database, TEMPLATE_DRAFTS)
    database.execute("PRAGMA user_version=4")


def migrate(database: Database) -> None:
    """Bring the schema up to date. Two programs may do it at once: the second one waits, and finds nothing to do."""
    with expected_errors(database.path):
        connection = database.dedicated_connection()
        try:
            # sqlite-utils reads rows as plain tuples.
            connection.row_factory = None
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN EXCLUSIVE")
            try:
                steps.apply(UtilsDatabase(connection))
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        finally:
            connection.close()
