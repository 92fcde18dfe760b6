/* The seventh migration: the findings queue, reviews, and what waits to be judged. */
#include "db.h"

/*
 * The findings queue.  queue has one row a contact, open_finding every finding whose newest
 * verdict is fail or review; both follow from the newest judgement of a case (queued) and
 * from the reviews, and are written with them.  Sentences in them are what was rendered
 * then, for showing: never evidence.
 *
 * rank: 1 to 5 a fail of severity 1 to 5 that nobody has decided, 6 to 10 a review; 11 to
 * 20 likewise, decided; 30 nothing to decide.
 *
 * What waits to be judged: stale has cases (touched: how often since); seen has how far
 * each trail was looked at; refilled has records whose payload came later or went.
 */
static const char seventh_stale[] =
    "CREATE TABLE stale(case_id TEXT PRIMARY KEY, since_ms INTEGER NOT NULL,"
    " touched INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE seen(device INTEGER PRIMARY KEY REFERENCES device(no),"
    " size INTEGER NOT NULL, sealed_size INTEGER NOT NULL);"
    "CREATE TABLE refilled(record INTEGER PRIMARY KEY);"
    "CREATE TRIGGER record_refilled AFTER UPDATE OF payload ON record"
    " BEGIN INSERT OR IGNORE INTO refilled VALUES(new.id); END;"
    "CREATE TRIGGER record_gone AFTER DELETE ON record"
    " WHEN old.case_id IS NOT NULL OR old.subject IS NOT NULL"
    " BEGIN INSERT INTO stale SELECT c, strftime('%s', 'now') * 1000, 1 FROM"
    " (SELECT coalesce(old.case_id, (SELECT case_id FROM record WHERE id = old.subject)) c)"
    " WHERE c IS NOT NULL ON CONFLICT DO UPDATE SET touched = touched + 1; END;"
    "CREATE TRIGGER stale_imported AFTER INSERT ON imported BEGIN"
    " INSERT INTO stale VALUES(new.case_id, strftime('%s', 'now') * 1000, 1)"
    " ON CONFLICT DO UPDATE SET touched = touched + 1; END;"
    "CREATE TRIGGER stale_replaced AFTER UPDATE ON imported BEGIN"
    " INSERT INTO stale VALUES(new.case_id, strftime('%s', 'now') * 1000, 1)"
    " ON CONFLICT DO UPDATE SET touched = touched + 1; END;"
    "CREATE TRIGGER stale_new_case AFTER INSERT ON cases"
    " WHEN EXISTS(SELECT 1 FROM record WHERE case_id = new.id)"
    " OR EXISTS(SELECT 1 FROM moved WHERE case_id = new.id)"
    " OR EXISTS(SELECT 1 FROM imported WHERE case_id = new.id)"
    " BEGIN INSERT INTO stale VALUES(new.id, new.updated_ms, 1)"
    " ON CONFLICT DO UPDATE SET touched = touched + 1; END;"
    "CREATE TRIGGER stale_changed_case AFTER UPDATE ON cases"
    " WHEN (new.agency, new.zones, new.lat_e7, new.lon_e7, new.radius_m, new.actor,"
    " new.product, new.debts, new.packs, new.as_of_day) IS NOT (old.agency, old.zones,"
    " old.lat_e7, old.lon_e7, old.radius_m, old.actor, old.product, old.debts, old.packs,"
    " old.as_of_day)"
    " BEGIN INSERT INTO stale VALUES(new.id, new.updated_ms, 1)"
    " ON CONFLICT DO UPDATE SET touched = touched + 1; END;";

static const char seventh_queue[] =
    "CREATE TABLE queued(case_id TEXT PRIMARY KEY, digest BLOB NOT NULL,"
    " judged_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE queue(contact TEXT PRIMARY KEY, case_id TEXT NOT NULL,"
    " agency TEXT NOT NULL, team TEXT NOT NULL, officer TEXT NOT NULL,"
    " device INTEGER NOT NULL, channel INTEGER NOT NULL, begin_ms INTEGER NOT NULL,"
    " end_ms INTEGER, day INTEGER NOT NULL, zone TEXT NOT NULL, marks INTEGER NOT NULL,"
    " rank INTEGER NOT NULL, fails INTEGER NOT NULL, reviews INTEGER NOT NULL,"
    " decided INTEGER NOT NULL, proposed INTEGER NOT NULL, replied INTEGER NOT NULL,"
    " provisional INTEGER NOT NULL, change INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX queue_amended ON queue(begin_ms) WHERE marks & 16;"
    "CREATE INDEX queue_unended ON queue(begin_ms) WHERE channel = 1 AND end_ms IS NULL;"
    "CREATE INDEX queue_rank ON queue(rank, begin_ms);"
    "CREATE INDEX queue_agency ON queue(agency, rank, begin_ms);"
    "CREATE INDEX queue_officer ON queue(officer, rank, begin_ms);"
    "CREATE INDEX queue_case ON queue(case_id);"
    "CREATE INDEX queue_device ON queue(device, provisional);"
    "CREATE INDEX queue_change ON queue(change, rank, agency);"
    "CREATE TABLE queue_tick(no INTEGER NOT NULL);"
    "INSERT INTO queue_tick VALUES(0);"

    "CREATE TABLE open_finding(id BLOB PRIMARY KEY, contact TEXT NOT NULL,"
    " pack TEXT NOT NULL, rule TEXT NOT NULL, verdict INTEGER NOT NULL,"
    " severity INTEGER NOT NULL, provisional INTEGER NOT NULL, cause TEXT NOT NULL,"
    " inputs_hash BLOB NOT NULL, since_ms INTEGER NOT NULL, why_en TEXT NOT NULL,"
    " why_zh TEXT NOT NULL, agency TEXT NOT NULL, begin_ms INTEGER NOT NULL,"
    " decision INTEGER NOT NULL, rank INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX open_finding_contact ON open_finding(contact, rank);"
    "CREATE INDEX open_finding_rule ON open_finding(rule, rank, begin_ms, contact);"
    "CREATE TABLE cause(agency TEXT NOT NULL, pack TEXT NOT NULL, rule TEXT NOT NULL,"
    " cause TEXT NOT NULL, verdict INTEGER NOT NULL, severity INTEGER NOT NULL,"
    " visits INTEGER NOT NULL,"
    " PRIMARY KEY(agency, pack, rule, cause, verdict, severity)) WITHOUT ROWID;"
    "CREATE TRIGGER cause_more AFTER INSERT ON open_finding WHEN new.rank <= 10"
    " BEGIN INSERT INTO cause VALUES(new.agency, new.pack, new.rule, new.cause,"
    " new.verdict, new.severity, 1) ON CONFLICT DO UPDATE SET visits = visits + 1; END;"
    "CREATE TRIGGER cause_less AFTER DELETE ON open_finding WHEN old.rank <= 10"
    " BEGIN UPDATE cause SET visits = visits - 1 WHERE agency = old.agency"
    " AND pack = old.pack AND rule = old.rule AND cause = old.cause"
    " AND verdict = old.verdict AND severity = old.severity; END;";

static const char seventh_reviews[] =
    "CREATE TABLE review(no INTEGER PRIMARY KEY, finding BLOB NOT NULL,"
    " inputs_hash BLOB NOT NULL, decision INTEGER NOT NULL, reason TEXT NOT NULL,"
    " who TEXT NOT NULL, at_ms INTEGER NOT NULL, sdoc BLOB NOT NULL, leaf INTEGER NOT NULL);"
    "CREATE INDEX review_finding ON review(finding, no);"
    "CREATE TRIGGER review_update BEFORE UPDATE ON review"
    " BEGIN SELECT RAISE(ABORT, 'reviews are append-only'); END;"
    "CREATE TRIGGER review_delete BEFORE DELETE ON review"
    " BEGIN SELECT RAISE(ABORT, 'reviews are append-only'); END;"
    "CREATE TABLE proposal(no INTEGER PRIMARY KEY, finding BLOB NOT NULL,"
    " inputs_hash BLOB NOT NULL, decision INTEGER NOT NULL, reason TEXT NOT NULL,"
    " who TEXT NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE INDEX proposal_finding ON proposal(finding, no);"
    "CREATE TABLE replied(finding BLOB NOT NULL, record INTEGER NOT NULL,"
    " PRIMARY KEY(finding, record)) WITHOUT ROWID;"
    "CREATE TRIGGER replied_gone AFTER DELETE ON record WHEN old.type = 10"
    " BEGIN DELETE FROM replied WHERE record = old.id; END;"
    "CREATE TABLE looked(who TEXT PRIMARY KEY, change INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL) WITHOUT ROWID;";

enum fv_err
fv_db_add_queue(struct fv_store *store)
{
	enum fv_err rc = fv_db_exec(store, seventh_stale);

	if (rc == FV_OK)
		rc = fv_db_exec(store, seventh_queue);
	return rc == FV_OK ? fv_db_exec(store, seventh_reviews) : rc;
}
