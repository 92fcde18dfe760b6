#include "db.h"

/*
 * record.id and record.subject are (device << 40 | seq): one integer key keeps a trail's
 * records side by side without a second index.  Whether a record is sealed follows from
 * trail.sealed_size; a record is never updated to say so.
 */
static const char first_devices[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE device(no INTEGER PRIMARY KEY, dev BLOB NOT NULL UNIQUE,"
    " pk_0 BLOB NOT NULL, pk_sync BLOB NOT NULL, pk_box BLOB NOT NULL,"
    " ticket_id BLOB NOT NULL, agency TEXT NOT NULL, team TEXT NOT NULL,"
    " officer TEXT NOT NULL, handle_secret BLOB NOT NULL, handle_idx INTEGER NOT NULL,"
    " enrolled_ms INTEGER NOT NULL, enrol_index INTEGER NOT NULL,"
    " approved_ms INTEGER, revoked_ms INTEGER, trusted_size INTEGER);"
    "CREATE INDEX device_officer ON device(officer);"
    "CREATE TABLE handle(handle BLOB PRIMARY KEY, device INTEGER NOT NULL"
    " REFERENCES device(no), idx INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX handle_device ON handle(device);"

    "CREATE TABLE trail(device INTEGER PRIMARY KEY REFERENCES device(no),"
    " size INTEGER NOT NULL, peaks BLOB NOT NULL, last_header BLOB, last_leaf BLOB,"
    " sealed_size INTEGER NOT NULL, sealed_peaks BLOB NOT NULL, sealed_root BLOB,"
    " seal_pk BLOB NOT NULL, key_number INTEGER NOT NULL, seal_key_id BLOB, seal_sig BLOB,"
    " head_size INTEGER NOT NULL, head_index INTEGER NOT NULL, tail_n INTEGER, tail_a BLOB,"
    " last_sync_ms INTEGER NOT NULL, battery_percent INTEGER, free_mib INTEGER);"

    "CREATE TABLE record(id INTEGER PRIMARY KEY, type INTEGER NOT NULL,"
    " received_ms INTEGER NOT NULL, header BLOB NOT NULL, leaf BLOB NOT NULL, salt BLOB,"
    " payload BLOB, sig BLOB, subject INTEGER, case_id TEXT);"
    "CREATE INDEX record_subject ON record(subject) WHERE subject IS NOT NULL AND type <> 12;"
    "CREATE INDEX record_case ON record(case_id) WHERE case_id IS NOT NULL;"
    "CREATE TRIGGER record_update BEFORE UPDATE ON record WHEN new.id IS NOT old.id"
    " OR new.type IS NOT old.type OR new.received_ms IS NOT old.received_ms"
    " OR new.header IS NOT old.header OR new.leaf IS NOT old.leaf"
    " OR new.sig IS NOT old.sig OR (old.payload IS NOT NULL AND new.payload IS NOT NULL)"
    " BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;"
    "CREATE TRIGGER record_delete BEFORE DELETE ON record WHEN (old.id & 1099511627775) <"
    " (SELECT sealed_size FROM trail WHERE device = old.id >> 40)"
    " BEGIN SELECT RAISE(ABORT, 'a sealed record is never deleted'); END;"

    "CREATE TABLE quarantine(id INTEGER PRIMARY KEY, device INTEGER NOT NULL"
    " REFERENCES device(no), seq INTEGER NOT NULL, reason INTEGER NOT NULL,"
    " hash BLOB NOT NULL, span BLOB, UNIQUE(device, hash));"

    "CREATE TABLE blob(id INTEGER PRIMARY KEY, device INTEGER NOT NULL"
    " REFERENCES device(no), hash BLOB NOT NULL, seq INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, total INTEGER NOT NULL, held INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, data BLOB, UNIQUE(device, hash));"
    "CREATE INDEX blob_missing ON blob(device, seq) WHERE complete = 0;";

static const char first_papers[] =
    "CREATE TABLE leaf(idx INTEGER PRIMARY KEY, data BLOB NOT NULL, hash BLOB NOT NULL);"
    "CREATE TABLE node(level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,"
    " PRIMARY KEY(level, idx)) WITHOUT ROWID;"
    "CREATE TABLE head(size INTEGER PRIMARY KEY, root BLOB NOT NULL);"
    "CREATE TRIGGER leaf_update BEFORE UPDATE ON leaf"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER leaf_delete BEFORE DELETE ON leaf"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER node_update BEFORE UPDATE ON node"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER node_delete BEFORE DELETE ON node"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER head_update BEFORE UPDATE ON head"
    " BEGIN SELECT RAISE(ABORT, 'a size has one root'); END;"
    "CREATE TRIGGER head_delete BEFORE DELETE ON head"
    " BEGIN SELECT RAISE(ABORT, 'a size has one root'); END;"
    "CREATE TABLE document(hash BLOB PRIMARY KEY, kind TEXT NOT NULL, salt BLOB NOT NULL,"
    " body BLOB, added_ms INTEGER NOT NULL);"

    "CREATE TABLE note(kind INTEGER NOT NULL, version INTEGER NOT NULL, hash BLOB NOT NULL,"
    " note BLOB NOT NULL, PRIMARY KEY(kind, version));"
    "CREATE TABLE pack(sha256 BLOB PRIMARY KEY, id TEXT NOT NULL, revision INTEGER NOT NULL,"
    " file BLOB NOT NULL);"
    "CREATE TABLE ticket(id BLOB PRIMARY KEY, token BLOB NOT NULL, roster BLOB NOT NULL,"
    " agency TEXT NOT NULL, team TEXT NOT NULL, officer TEXT NOT NULL,"
    " expires_ms INTEGER NOT NULL, note BLOB NOT NULL, spent_ms INTEGER, device INTEGER);"

    "CREATE TABLE cases(id TEXT PRIMARY KEY, agency TEXT NOT NULL, zones TEXT NOT NULL,"
    " lat_e7 INTEGER, lon_e7 INTEGER, radius_m INTEGER, actor INTEGER NOT NULL,"
    " product INTEGER NOT NULL, debts TEXT NOT NULL, packs TEXT NOT NULL,"
    " assigned TEXT NOT NULL, plan_day INTEGER, as_of_day INTEGER,"
    " closed INTEGER NOT NULL, updated_ms INTEGER NOT NULL);"
    "CREATE TABLE assignment(officer TEXT NOT NULL, case_id TEXT NOT NULL"
    " REFERENCES cases(id), PRIMARY KEY(officer, case_id)) WITHOUT ROWID;"
    "CREATE INDEX assignment_case ON assignment(case_id);"
    "CREATE TABLE card(case_id TEXT PRIMARY KEY REFERENCES cases(id), version INTEGER NOT "
    "NULL,"
    " note BLOB NOT NULL, ct BLOB NOT NULL, capsules BLOB NOT NULL);"
    "CREATE TABLE device_order(device INTEGER NOT NULL REFERENCES device(no),"
    " kind INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY(device, kind));"
    "CREATE TABLE changed(change INTEGER PRIMARY KEY AUTOINCREMENT, audience TEXT NOT NULL,"
    " kind INTEGER NOT NULL, key BLOB NOT NULL, UNIQUE(audience, kind, key));"
    "CREATE INDEX changed_audience ON changed(audience, change);"

    "CREATE TABLE imported(source TEXT NOT NULL, id TEXT NOT NULL, case_id TEXT NOT NULL,"
    " is_event INTEGER NOT NULL, at_ms INTEGER NOT NULL, line BLOB NOT NULL,"
    " PRIMARY KEY(source, id));"
    "CREATE INDEX imported_case ON imported(case_id, at_ms);"
    "CREATE TABLE finding(id BLOB NOT NULL, revision INTEGER NOT NULL, subject TEXT NOT NULL,"
    " case_id TEXT NOT NULL, pack TEXT NOT NULL, rule TEXT NOT NULL,"
    " verdict INTEGER NOT NULL, provisional INTEGER NOT NULL, contact_ms INTEGER NOT NULL,"
    " pack_sha256 BLOB NOT NULL, engine TEXT NOT NULL, tzdata TEXT NOT NULL,"
    " as_of BLOB NOT NULL, inputs_hash BLOB NOT NULL, inputs BLOB NOT NULL,"
    " judged_ms INTEGER NOT NULL, PRIMARY KEY(id, revision));"
    "CREATE INDEX finding_case ON finding(case_id);"
    "CREATE TRIGGER finding_update BEFORE UPDATE ON finding WHEN length(new.inputs) > 0"
    " OR new.verdict IS NOT old.verdict OR new.inputs_hash IS NOT old.inputs_hash"
    " BEGIN SELECT RAISE(ABORT, 'a finding is only blanked'); END;"
    "CREATE TRIGGER finding_delete BEFORE DELETE ON finding"
    " BEGIN SELECT RAISE(ABORT, 'findings are append-only'); END;";

/*
 * Runs of the audit, and which of them wrote a finding (0: one before there were runs).
 * record_context finds the few records that say something about others of their trail:
 * BOOT, SESSION, SHIFT_BEGIN, AMEND, CLOCK_STEP, ALARM and OFFICER.
 */
static const char second_runs[] =
    "CREATE INDEX record_context ON record(type, id)"
    " WHERE type IN (1, 2, 3, 14, 15, 16, 20);"
    "ALTER TABLE finding ADD COLUMN run INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX finding_run ON finding(run, case_id) WHERE run > 0;"
    "CREATE TABLE audit_run(no INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL,"
    " ended_ms INTEGER, args TEXT NOT NULL, packs BLOB NOT NULL, cursor TEXT NOT NULL,"
    " tally TEXT NOT NULL);"
    "CREATE TRIGGER audit_run_delete BEFORE DELETE ON audit_run"
    " BEGIN SELECT RAISE(ABORT, 'runs are kept'); END;";

/*
 * Dates of officers and agencies; which findings are standing ones, told by a word that
 * only their inputs have; and since when a case stands at its place, so that nobody's
 * earlier stop there is taken for a visit.
 */
static const char third_standing[] =
    "CREATE TABLE fact(subject TEXT NOT NULL, id TEXT NOT NULL, fact TEXT NOT NULL,"
    " day INTEGER NOT NULL, source TEXT NOT NULL, set_ms INTEGER NOT NULL,"
    " PRIMARY KEY(subject, id, fact)) WITHOUT ROWID;"
    "CREATE TABLE standing(id BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TRIGGER finding_standing AFTER INSERT ON finding"
    " WHEN instr(new.inputs, CAST('\"says\":\"' AS BLOB)) > 0"
    " BEGIN INSERT OR IGNORE INTO standing VALUES(new.id); END;"
    "CREATE TABLE case_since(case_id TEXT PRIMARY KEY, since_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "INSERT INTO case_since SELECT id, updated_ms FROM cases;"
    "CREATE TRIGGER case_since_new AFTER INSERT ON cases"
    " BEGIN INSERT INTO case_since VALUES(new.id, new.updated_ms); END;"
    "CREATE TRIGGER case_since_moved AFTER UPDATE ON cases WHEN new.lat_e7 IS NOT old.lat_e7"
    " OR new.lon_e7 IS NOT old.lon_e7"
    " BEGIN UPDATE case_since SET since_ms = new.updated_ms WHERE case_id = new.id; END;";

/* Records that a correction moved to another case; moves.c fills it. */
static const char fourth_moves[] =
    "CREATE TABLE moved(case_id TEXT NOT NULL, record INTEGER NOT NULL,"
    " PRIMARY KEY(case_id, record)) WITHOUT ROWID;";

/*
 * What somebody must be told of, and until when a handheld is to speak up.  An alert is
 * never deleted, and who has seen it first stays.
 */
static const char fifth_alerts[] =
    "CREATE TABLE alert(id TEXT PRIMARY KEY, kind INTEGER NOT NULL, device INTEGER NOT NULL"
    " REFERENCES device(no), seq INTEGER, state INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " received_ms INTEGER NOT NULL, ended_ms INTEGER, lat_e7 INTEGER, lon_e7 INTEGER,"
    " eph_mm INTEGER, fix_ms INTEGER, evidence INTEGER NOT NULL, case_id TEXT NOT NULL,"
    " acked_by TEXT, acked_ms INTEGER, rounds INTEGER NOT NULL, next_ms INTEGER NOT NULL,"
    " officer TEXT NOT NULL);"
    "CREATE INDEX alert_due ON alert(next_ms) WHERE acked_ms IS NULL;"
    "CREATE INDEX alert_bare ON alert(device) WHERE evidence = 0;"
    "CREATE TRIGGER alert_update BEFORE UPDATE ON alert WHEN old.acked_ms IS NOT NULL"
    " AND (new.acked_ms IS NOT old.acked_ms OR new.acked_by IS NOT old.acked_by)"
    " BEGIN SELECT RAISE(ABORT, 'who has seen an alert first stays'); END;"
    "CREATE TRIGGER alert_delete BEFORE DELETE ON alert"
    " BEGIN SELECT RAISE(ABORT, 'alerts are kept'); END;"
    "CREATE TABLE watch(device INTEGER PRIMARY KEY REFERENCES device(no), visit INTEGER,"
    " case_id TEXT NOT NULL, checkin INTEGER, due_ms INTEGER);"
    "CREATE INDEX watch_due ON watch(due_ms) WHERE due_ms IS NOT NULL;";

/* Hashes of the codes by which borrowers find visits (PROTOCOL.md section 5); slips.c fills
 * it.  What never was believed leaves no code behind. */
static const char sixth_slips[] =
    "CREATE TABLE slip(record INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE);"
    "CREATE TRIGGER slip_gone AFTER DELETE ON record WHEN old.type = 5"
    " BEGIN DELETE FROM slip WHERE record = old.id; END;";

/*
 * Capsules that a reader made later for further readers, beside those that the record names;
 * the roster that is being drawn up, with the signatures that it has; and an index of
 * notes and attachments.
 */
static const char seventh_notes[] =
    "CREATE TABLE rewrap(device INTEGER NOT NULL REFERENCES device(no), seq INTEGER NOT NULL,"
    " hash BLOB NOT NULL, key_ids BLOB NOT NULL, capsules BLOB NOT NULL, note BLOB NOT NULL,"
    " PRIMARY KEY(device, seq, hash)) WITHOUT ROWID;"
    "CREATE TABLE roster_draft(one INTEGER PRIMARY KEY CHECK(one = 1), note BLOB NOT NULL);"
    "CREATE INDEX record_notes ON record(id) WHERE type IN (10, 11);";

/* Who may use the desk, and the links by which passwords are set.  What was done by an
 * account stays readable: it is disabled, never deleted. */
static const char seventh_people[] =
    "CREATE TABLE account(id TEXT PRIMARY KEY, name TEXT NOT NULL, role INTEGER NOT NULL,"
    " agency TEXT NOT NULL, officer TEXT NOT NULL, disabled INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, salt BLOB, ops INTEGER, mem_kib INTEGER, hash BLOB,"
    " created_ms INTEGER NOT NULL, login_ms INTEGER) WITHOUT ROWID;"
    "CREATE TRIGGER account_update BEFORE UPDATE ON account WHEN new.id IS NOT old.id"
    " OR new.epoch < old.epoch"
    " BEGIN SELECT RAISE(ABORT, 'an ended session stays ended'); END;"
    "CREATE TRIGGER account_delete BEFORE DELETE ON account"
    " BEGIN SELECT RAISE(ABORT, 'accounts are kept'); END;"
    "CREATE TABLE link(account TEXT PRIMARY KEY REFERENCES account(id),"
    " hash BLOB NOT NULL UNIQUE, expires_ms INTEGER NOT NULL) WITHOUT ROWID;";
/* The same records as before, but said without IN: of such a list SQLite makes a table for
 * every record that is written. */
static const char seventh_context[] =
    "DROP INDEX IF EXISTS record_context;"
    "CREATE INDEX record_context ON record(type, id)"
    " WHERE type < 4 OR type BETWEEN 14 AND 16 OR type = 20;";

/*
 * What other systems follow, in the order of the commits (feed.h).  kind 1: a record (key: its
 * id) of type CONTACT, OUTCOME, EVENT or AMEND; kind 2: a revision of a finding (key: its
 * row). What never was believed leaves no step behind.
 */
static const char seventh_feed[] =
    "CREATE TABLE feed(no INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,"
    " key INTEGER NOT NULL);"
    "INSERT INTO feed(kind, key) SELECT 1, id FROM record WHERE type IN (7, 8, 9, 14)"
    " ORDER BY received_ms, id;"
    "INSERT INTO feed(kind, key) SELECT 2, rowid FROM finding ORDER BY rowid;"
    /* Not IN: SQLite would make a table of the list for every record. */
    "CREATE TRIGGER feed_record AFTER INSERT ON record"
    " WHEN new.type BETWEEN 7 AND 9 OR new.type = 14"
    " BEGIN INSERT INTO feed(kind, key) VALUES(1, new.id); END;"
    "CREATE TRIGGER feed_finding AFTER INSERT ON finding"
    " BEGIN INSERT INTO feed(kind, key) VALUES(2, new.rowid); END;";

/*
 * What the desk plans, holds, answers and settles.  A plan entry is open until the visit of
 * its local day begins or somebody closes it with a reason; a hold stays when it is lifted;
 * a thing asked for at a door (work.c finds it in OUTCOME and CONTACT) waits for an answer.
 */
static const char seventh_work[] =
    "CREATE TABLE plan_entry(id INTEGER PRIMARY KEY, day INTEGER NOT NULL,"
    " from_minute INTEGER NOT NULL, to_minute INTEGER NOT NULL, day_from_ms INTEGER NOT NULL,"
    " day_to_ms INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,"
    " case_id TEXT NOT NULL REFERENCES cases(id), agency TEXT NOT NULL,"
    " officer TEXT NOT NULL, second TEXT NOT NULL, place INTEGER NOT NULL,"
    " purpose INTEGER NOT NULL, approach INTEGER NOT NULL, agreed INTEGER NOT NULL,"
    " state INTEGER NOT NULL, reason TEXT NOT NULL, made_by TEXT NOT NULL,"
    " made_ms INTEGER NOT NULL, ended_by TEXT NOT NULL, ended_ms INTEGER);"
    "CREATE INDEX plan_day ON plan_entry(day, id);"
    "CREATE INDEX plan_case ON plan_entry(case_id, day);"
    "CREATE INDEX plan_late ON plan_entry(to_ms) WHERE state = 1;"
    "CREATE TABLE hold(id INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases(id),"
    " agency TEXT NOT NULL, kind INTEGER NOT NULL, reason TEXT NOT NULL,"
    " made_by TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER,"
    " lifted_ms INTEGER, lifted_by TEXT NOT NULL, lift_reason TEXT NOT NULL);"
    "CREATE INDEX hold_case ON hold(case_id);"
    "CREATE TABLE asked(visit INTEGER PRIMARY KEY, case_id TEXT NOT NULL,"
    " business INTEGER NOT NULL, note INTEGER, at_ms INTEGER NOT NULL,"
    " due_ms INTEGER NOT NULL, decision INTEGER NOT NULL, reason TEXT NOT NULL,"
    " decided_by TEXT NOT NULL, decided_ms INTEGER);"
    "CREATE INDEX asked_due ON asked(due_ms, visit) WHERE decision = 0;"
    "CREATE INDEX asked_case ON asked(case_id);"
    "CREATE TABLE settled(kind INTEGER NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL,"
    " settled_by TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY(kind, key))"
    " WITHOUT ROWID;"
    "CREATE INDEX case_agency ON cases(agency, id);"
    /* What is told to the handhelds of a case's officers when it was answered. */
    "CREATE TRIGGER asked_answered AFTER UPDATE OF decision ON asked"
    " WHEN new.decision <> old.decision BEGIN"
    " DELETE FROM changed WHERE kind = 1 AND key = CAST(new.case_id AS BLOB)"
    " AND audience IN (SELECT 'o:' || officer FROM assignment WHERE case_id = new.case_id);"
    " INSERT INTO changed(audience, kind, key) SELECT 'o:' || officer, 1,"
    " CAST(new.case_id AS BLOB) FROM assignment WHERE case_id = new.case_id; END;"
    /* The inbox has the same requests: its deadline counts, and its answer. */
    "CREATE TRIGGER asked_deadline AFTER INSERT ON complaint WHEN new.source = 3"
    " AND new.visit IS NOT NULL BEGIN UPDATE asked SET due_ms = new.deadline_ms"
    " WHERE visit = new.visit AND decision = 0; END;"
    "CREATE TRIGGER asked_in_inbox AFTER UPDATE OF decision ON complaint"
    " WHEN new.decision IN (4, 5) AND new.source = 3 AND new.visit IS NOT NULL BEGIN"
    " UPDATE asked SET decision = new.decision - 3, reason = 'policy',"
    " decided_by = new.decided_by, decided_ms = new.decided_ms"
    " WHERE visit = new.visit AND decision = 0; END;"
    /* What does not fit, of plans, the queue and what stands. */
    "CREATE VIEW exception_now(kind, key, case_id, agency, subject, officer, rule, at_ms) AS"
    " SELECT 1, CAST(id AS TEXT), case_id, agency, 'case:' || case_id, officer, '', to_ms"
    " FROM plan_entry WHERE state = 1 AND to_ms <= strftime('%s', 'now') * 1000"
    " UNION ALL SELECT 2, contact, case_id, agency, contact, officer, '', begin_ms"
    " FROM queue WHERE marks & 16"
    " UNION ALL SELECT 3, lower(hex(f.id)), f.case_id, coalesce((SELECT agency FROM cases"
    " WHERE cases.id = f.case_id), (SELECT agency FROM device WHERE 'device:' ||"
    " lower(hex(dev)) = f.subject), CASE WHEN substr(f.subject, 1, 7) = 'agency:' THEN"
    " substr(f.subject, 8) ELSE '' END), f.subject, coalesce((SELECT officer FROM queue WHERE"
    " contact = f.subject), ''), f.rule, CASE WHEN f.contact_ms > 0 THEN f.contact_ms ELSE"
    " f.judged_ms END FROM standing JOIN finding f ON f.id = standing.id"
    " WHERE f.verdict IN (3, 4)" /* what auditors alone may see is not the desk's */
    " AND instr(f.inputs, CAST('\"says\":\"always_green\"' AS BLOB)) = 0"
    " AND instr(f.inputs, CAST('\"says\":\"never_refused\"' AS BLOB)) = 0"
    " AND f.revision = (SELECT max(revision) FROM finding n"
    " WHERE n.id = f.id)"
    " UNION ALL SELECT 4, lower(hex(f.id)), queue.case_id, queue.agency, f.contact,"
    " queue.officer, f.rule, f.begin_ms FROM open_finding f JOIN queue ON queue.contact ="
    " f.contact WHERE f.verdict = 3 AND f.cause IN ('missing:lat', 'missing:accuracy_m')"
    " UNION ALL SELECT 5, contact, case_id, agency, contact, officer, '', begin_ms FROM queue"
    " WHERE channel = 1 AND end_ms IS NULL"
    " AND begin_ms < strftime('%s', 'now') * 1000 - 43200000;";

/* Who was on shift when (shifts.h); shifts.c fills it.  What never was believed is gone with
 * its record. */
static const char seventh_trail[] =
    "CREATE TABLE shift(record INTEGER PRIMARY KEY, officer TEXT NOT NULL,"
    " begin_ms INTEGER NOT NULL);"
    "CREATE INDEX shift_officer ON shift(officer, begin_ms);"
    "CREATE INDEX shift_begin ON shift(begin_ms);"
    "CREATE INDEX device_agency ON device(agency);"
    "CREATE TRIGGER shift_gone AFTER DELETE ON record WHEN old.type = 3"
    " BEGIN DELETE FROM shift WHERE record = old.id; END;";

/*
 * What borrowers ask for and complain of, sealed but for what a rule must read, and the
 * codes that they entered.  What a borrower sent is never changed or deleted; of what was
 * decided, neither.
 */
static const char seventh_care[] =
    "CREATE TABLE complaint(no INTEGER PRIMARY KEY AUTOINCREMENT, receipt BLOB UNIQUE,"
    " kind INTEGER NOT NULL, source INTEGER NOT NULL, case_id TEXT NOT NULL, slip BLOB,"
    " visit INTEGER, agency TEXT NOT NULL, team TEXT NOT NULL, badge TEXT NOT NULL,"
    " day INTEGER, windows TEXT NOT NULL, kc BLOB, ct BLOB, capsules BLOB, key_ids BLOB, "
    "answer_pk BLOB,"
    " zone TEXT NOT NULL, received_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL, hold_ms INTEGER, renewals INTEGER NOT NULL,"
    " proposed INTEGER NOT NULL, proposed_by TEXT NOT NULL, decision INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, decided_by TEXT NOT NULL, decided_ms INTEGER,"
    " answer_kc BLOB, answer_ct BLOB, answer_capsules BLOB, answer_key_ids BLOB);"
    "CREATE INDEX complaint_due ON complaint(deadline_ms, no);"
    "CREATE INDEX complaint_agency ON complaint(agency, deadline_ms, no);"
    "CREATE INDEX complaint_case ON complaint(case_id, deadline_ms, no);"
    "CREATE INDEX complaint_open ON complaint(deadline_ms, agency) WHERE state = 1;"
    "CREATE INDEX complaint_slip ON complaint(slip) WHERE slip IS NOT NULL;"
    "CREATE INDEX complaint_visit ON complaint(visit) WHERE visit IS NOT NULL;"
    "CREATE TRIGGER complaint_update BEFORE UPDATE ON complaint"
    " WHEN new.receipt IS NOT old.receipt OR new.kind IS NOT old.kind"
    " OR new.source IS NOT old.source OR new.slip IS NOT old.slip"
    " OR new.kc IS NOT old.kc OR new.ct IS NOT old.ct"
    " OR new.received_ms IS NOT old.received_ms OR (old.decision <> 0"
    " AND (new.decision IS NOT old.decision OR new.reason IS NOT old.reason"
    " OR new.decided_by IS NOT old.decided_by OR new.answer_ct IS NOT old.answer_ct))"
    " BEGIN SELECT RAISE(ABORT, 'a complaint and its answer stay as they are'); END;"
    "CREATE TRIGGER complaint_delete BEFORE DELETE ON complaint"
    " BEGIN SELECT RAISE(ABORT, 'complaints are kept'); END;"
    "CREATE TABLE code_seen(hash BLOB PRIMARY KEY, first_ms INTEGER NOT NULL,"
    " delivered_ms INTEGER) WITHOUT ROWID;"
    "CREATE INDEX code_seen_first ON code_seen(first_ms);"
    "CREATE INDEX code_seen_waits ON code_seen(first_ms) WHERE delivered_ms IS NULL;";
/* Tokens of accounts for machines, and positions that nobody signed. */
static const char seventh_machines[] =
    "CREATE TABLE token(account TEXT PRIMARY KEY REFERENCES account(id),"
    " hash BLOB NOT NULL UNIQUE, epoch INTEGER NOT NULL, created_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE position(no INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL,"
    " device TEXT NOT NULL, agency TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " lat_e7 INTEGER NOT NULL, lon_e7 INTEGER NOT NULL, accuracy_m INTEGER,"
    " received_ms INTEGER NOT NULL, UNIQUE(user, device, at_ms));";

/* Those of one handheld that somebody is told of, by when. */
static const char seventh_alerts[] =
    "CREATE INDEX alert_told ON alert(device, next_ms) WHERE acked_ms IS NULL;";

const char *const *const fv_db_migrations[FV_STORE_VERSION] = {
    (const char *const[]){first_devices, first_papers, NULL},
    (const char *const[]){second_runs, NULL},
    (const char *const[]){third_standing, NULL},
    (const char *const[]){fourth_moves, NULL},
    (const char *const[]){fifth_alerts, NULL},
    (const char *const[]){sixth_slips, NULL},
    (const char *const[]){seventh_context, seventh_people, seventh_notes, seventh_trail,
	seventh_feed, seventh_care, seventh_work, seventh_machines, seventh_alerts, NULL},
    (const char *const[]){fv_db_eighth_staff, fv_db_eighth_fleet, fv_db_eighth_settings,
	fv_db_eighth_flow, fv_db_eighth_hand, NULL},
    (const char *const[]){fv_db_ninth_care, NULL},
};
