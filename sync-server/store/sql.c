#include "sql.h"

#define DEVICE_COLUMNS                                                                        \
	"SELECT no, dev, pk_0, pk_sync, pk_box, ticket_id, agency, team, officer,"            \
	" handle_secret, handle_idx, enrolled_ms, enrol_index, approved_ms, revoked_ms,"      \
	" trusted_size FROM device "
/* Not heard from since ?3; 0: whether or not. */
#define DEVICE_SILENT                                                                         \
	"(?3 = 0 OR revoked_ms IS NULL AND no IN"                                             \
	" (SELECT device FROM trail WHERE last_sync_ms <= ?3)) "
/*
 * Column 10: what a record's seq must be below to be sealed.  Column 11: no payload, and
 * none is on its way.
 */
#define RECORD_COLUMNS                                                                        \
	"SELECT record.id, type, received_ms, header, leaf, salt, payload, sig, subject,"     \
	" case_id, sealed_size, CASE WHEN payload IS NULL THEN NOT EXISTS(SELECT 1 FROM"      \
	" blob WHERE blob.device = record.id >> 40 AND blob.seq = record.id & 1099511627775"  \
	" AND complete = 0 AND kind = 1) ELSE 0 END"                                          \
	" FROM record JOIN trail ON trail.device = record.id >> 40 "
/* As the partial index record_context says it, word for word. */
#define RECORD_CONTEXT "WHERE (type < 4 OR type BETWEEN 14 AND 16 OR type = 20) AND type = ?1 "
#define CASE_COLUMNS                                                                          \
	"SELECT id, agency, zones, lat_e7, lon_e7, radius_m, actor, product, debts, packs,"   \
	" assigned, plan_day, as_of_day, closed, updated_ms FROM cases "
#define INTAKE_COLUMNS                                                                        \
	"SELECT id, folder, name, filed_as, kind, sha256, size, taken_ms, state, leaf,"       \
	" answer, is_filed FROM intake "
#define IMPORT_COLUMNS "SELECT source, id, case_id, is_event, at_ms, line FROM imported "
#define FINDING_COLUMNS                                                                       \
	"SELECT id, revision, subject, case_id, pack, rule, verdict, provisional,"            \
	" contact_ms, pack_sha256, engine, tzdata, as_of, inputs_hash, inputs, judged_ms,"    \
	" run FROM finding "
#define ALERT_COLUMNS                                                                         \
	"SELECT id, kind, device, seq, state, at_ms, received_ms, ended_ms, lat_e7, lon_e7,"  \
	" eph_mm, fix_ms, evidence, case_id, acked_by, acked_ms, rounds, next_ms, officer "   \
	"FROM alert "
#define WATCH_COLUMNS "SELECT device, visit, case_id, checkin, due_ms FROM watch "
#define ACCOUNT_COLUMNS                                                                       \
	"SELECT id, name, role, agency, officer, disabled, epoch, salt, ops, mem_kib, hash,"  \
	" created_ms, login_ms FROM account "
#define LINK_COLUMNS "SELECT account, hash, expires_ms FROM link "

#define CARE_COLUMNS                                                                          \
	"SELECT no, receipt, kind, source, case_id, slip, visit, agency, team, badge, day,"   \
	" windows, kc, ct, capsules, key_ids, answer_pk, zone, received_ms, deadline_ms, "    \
	"state,"                                                                              \
	" hold_ms, renewals, proposed, proposed_by, decision, reason, decided_by,"            \
	" decided_ms, answer_kc, answer_ct, answer_capsules, answer_key_ids FROM complaint "
/* State 0 is any; what comes after a row of the same deadline has a higher number. */
#define CARE_ROWS                                                                             \
	"SELECT no FROM complaint WHERE (?1 = 0 OR state = ?1) AND deadline_ms <= ?2"         \
	" AND (deadline_ms, no) > (?3, ?4) "
#define CARE_ORDER "ORDER BY deadline_ms, no LIMIT ?5"
#define PLAN_COLUMNS                                                                          \
	"SELECT id, day, from_minute, to_minute, day_from_ms, day_to_ms, from_ms, to_ms,"     \
	" case_id, agency, officer, second, place, purpose, approach, agreed, state, reason," \
	" made_by, made_ms, ended_by, ended_ms FROM plan_entry "
#define HOLD_COLUMNS                                                                          \
	"SELECT id, case_id, agency, kind, reason, made_by, from_ms, until_ms, lifted_ms,"    \
	" lifted_by, lift_reason FROM hold "
#define ASKED_COLUMNS                                                                         \
	"SELECT visit, note, case_id, coalesce((SELECT agency FROM cases WHERE id = "         \
	"case_id),"                                                                           \
	" ''), business, at_ms, due_ms, decision, reason, decided_by, decided_ms FROM asked "
#define FINDING_NEWEST                                                                        \
	"WHERE revision = (SELECT max(revision) FROM finding f WHERE f.id = finding.id) "

#define CONFIG_COLUMNS                                                                        \
	"SELECT c.scope, c.version, c.signer, c.taken_ms, n.note FROM config c JOIN note n"   \
	" ON n.kind = 3 AND n.version = c.version "
#define STAFF_COLUMNS                                                                         \
	"SELECT id, agency, badge, team, source, added_ms, disabled_ms, reason, ends_ms "     \
	"FROM staff "
#define QUEUE_COLUMNS                                                                         \
	"SELECT q.contact, q.case_id, q.agency, q.team, q.officer, q.device, q.channel,"      \
	" q.begin_ms, q.end_ms, q.day, q.zone, q.marks, q.rank, q.fails, q.reviews,"          \
	" q.decided, q.proposed, q.replied, q.provisional, q.change FROM "
/* ?1 what the index begins with, ?2 rank, ?3 and ?4 the row to go on after, ?5 and ?6 local
 * days, ?7 agency, ?8 officer, ?9 provisional, ?10 limit, ?11 an end; NULL: any. */
#define QUEUE_AFTER(t)                                                                        \
	t ".rank = ?2 AND (" t ".begin_ms, " t ".contact) > (?3, ?4) AND " t ".begin_ms < "   \
	  "?11 "
#define QUEUE_REST                                                                            \
	"AND (?5 IS NULL OR q.day >= ?5) AND (?6 IS NULL OR q.day <= ?6)"                     \
	" AND (?7 IS NULL OR q.agency = ?7) AND (?8 IS NULL OR q.officer = ?8)"               \
	" AND (?9 IS NULL OR q.provisional = ?9) "
#define QUEUE_END(t) "ORDER BY " t ".begin_ms, " t ".contact LIMIT ?10"
#define OPEN_COLUMNS                                                                          \
	"SELECT id, contact, pack, rule, verdict, severity, provisional, cause, inputs_hash," \
	" since_ms, why_en, why_zh, decision, rank FROM open_finding "
#define REVIEW_COLUMNS                                                                        \
	"SELECT finding, inputs_hash, decision, reason, who, at_ms, sdoc, leaf, no"           \
	" FROM review "

const char *const fv_sql_text[FV_SQL_COUNT] = {
    [FV_SQL_META_GET] = "SELECT value FROM meta WHERE name = ?1",
    [FV_SQL_META_SET] = "INSERT INTO meta VALUES(?1, ?2)"
			" ON CONFLICT(name) DO UPDATE SET value = ?2",

    [FV_SQL_DEVICE_ADD] =
	"INSERT INTO device(dev, pk_0, pk_sync, pk_box, ticket_id, agency, team, officer,"
	" handle_secret, handle_idx, enrolled_ms, enrol_index)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [FV_SQL_DEVICE_GET] = DEVICE_COLUMNS "WHERE dev = ?1",
    [FV_SQL_DEVICE_GET_NO] = DEVICE_COLUMNS "WHERE no = ?1",
    [FV_SQL_DEVICE_EACH] = DEVICE_COLUMNS "ORDER BY no",
    [FV_SQL_DEVICE_EACH_OFFICER] = DEVICE_COLUMNS
    "WHERE officer = ?1 OR no IN (SELECT device FROM hand_let WHERE officer = ?1"
    " AND let_ms IS NOT NULL) ORDER BY no",
    [FV_SQL_DEVICE_FROM] = DEVICE_COLUMNS "WHERE dev >= ?1 ORDER BY dev LIMIT 2",
    [FV_SQL_DEVICE_AFTER] =
	DEVICE_COLUMNS "WHERE no > ?1 AND " DEVICE_SILENT "ORDER BY no LIMIT ?2",
    [FV_SQL_DEVICE_AFTER_AGENCY] = DEVICE_COLUMNS
    "WHERE agency = ?4 AND no > ?1 AND " DEVICE_SILENT "ORDER BY no LIMIT ?2",
    [FV_SQL_DEVICE_APPROVE] = "UPDATE device SET approved_ms = ?2 WHERE no = ?1",
    [FV_SQL_DEVICE_REVOKE] =
	"UPDATE device SET revoked_ms = ?2, trusted_size = ?3 WHERE no = ?1",
    [FV_SQL_DEVICE_HANDLE_IDX] = "UPDATE device SET handle_idx = ?2 WHERE no = ?1",
    [FV_SQL_HANDLE_CLEAR] = "DELETE FROM handle WHERE device = ?1",
    [FV_SQL_HANDLE_PUT] = "INSERT OR REPLACE INTO handle VALUES(?1, ?2, ?3)",
    [FV_SQL_HANDLE_FIND] = "SELECT device, idx FROM handle WHERE handle = ?1",

    [FV_SQL_TRAIL_ADD] = "INSERT INTO trail(device, size, peaks, sealed_size, sealed_peaks,"
			 " seal_pk, key_number, head_size, head_index, last_sync_ms)"
			 " VALUES(?1, 0, x'', 0, x'', ?2, 0, 0, 0, 0)",
    [FV_SQL_TRAIL_LOAD] =
	"SELECT size, peaks, last_header, last_leaf, sealed_size, sealed_peaks, sealed_root,"
	" seal_pk, key_number, seal_key_id, seal_sig, head_size, head_index, tail_n, tail_a,"
	" last_sync_ms, battery_percent, free_mib, dev, told_ms, ahead_ms, said_n"
	" FROM trail JOIN device ON no = device WHERE device = ?1",
    [FV_SQL_TRAIL_SAVE] =
	"UPDATE trail SET size = ?2, peaks = ?3, last_header = ?4, last_leaf = ?5,"
	" sealed_size = ?6, sealed_peaks = ?7, sealed_root = ?8, seal_pk = ?9,"
	" key_number = ?10, seal_key_id = ?11, seal_sig = ?12, head_size = ?13,"
	" head_index = ?14, tail_n = ?15, tail_a = ?16, last_sync_ms = ?17,"
	" battery_percent = ?18, free_mib = ?19, told_ms = ?20, ahead_ms = ?21, said_n = ?22"
	" WHERE device = ?1",
    [FV_SQL_SEAL_BY] =
	"SELECT id & 1099511627775, received_ms FROM record WHERE id >= ?1 AND id < ?2"
	" AND type = 18 AND received_ms <= ?3 ORDER BY id DESC LIMIT 1",
    [FV_SQL_RECORD_APPEND] =
	"INSERT INTO record VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [FV_SQL_RECORD_FILL] = "UPDATE record SET salt = ?2, payload = ?3, subject = ?4,"
			   " case_id = ?5 WHERE id = ?1 AND payload IS NULL",
    [FV_SQL_RECORD_GET] = RECORD_COLUMNS "WHERE record.id = ?1",
    [FV_SQL_RECORD_DROP] = "DELETE FROM record WHERE id >= ?1 AND id < ?2",
    [FV_SQL_RECORD_EACH] =
	RECORD_COLUMNS "WHERE record.id >= ?1 AND record.id < ?2 ORDER BY record.id",
    [FV_SQL_RECORD_ABOUT] =
	RECORD_COLUMNS "WHERE subject = ?1 AND type <> 12 AND record.id <> ?1"
		       " ORDER BY record.id",
    [FV_SQL_RECORD_CASE] = RECORD_COLUMNS "WHERE case_id = ?1 ORDER BY record.id",

    [FV_SQL_RECORD_TYPE] = RECORD_COLUMNS RECORD_CONTEXT
    "AND record.id >= ?2 AND record.id < ?3 ORDER BY record.id",
    [FV_SQL_RECORD_TYPE_BEFORE] = RECORD_COLUMNS RECORD_CONTEXT
    "AND record.id >= ?2 AND record.id < ?3 ORDER BY record.id DESC LIMIT 1",
    [FV_SQL_RECORD_STRAY_CASES] =
	"SELECT case_id FROM record WHERE case_id IS NOT NULL"
	" AND case_id NOT IN (SELECT id FROM cases) UNION SELECT case_id FROM moved"
	" WHERE case_id NOT IN (SELECT id FROM cases) ORDER BY case_id",
    [FV_SQL_MOVED_PUT] = "INSERT OR IGNORE INTO moved VALUES(?1, ?2)",
    [FV_SQL_MOVED_EACH] = "SELECT record FROM moved WHERE case_id = ?1 ORDER BY record",
    [FV_SQL_SLIP_PUT] = "INSERT OR IGNORE INTO slip VALUES(?1, ?2)",
    [FV_SQL_SLIP_FIND] = "SELECT record FROM slip WHERE hash = ?1",
    [FV_SQL_SLIP_ALL] = RECORD_COLUMNS "WHERE type = 5 AND payload IS NOT NULL",
    [FV_SQL_SLIP_SPAN] =
	"SELECT record FROM slip WHERE record >= ?1 AND record < ?2 ORDER BY record",
    [FV_SQL_SLIP_BEFORE] = "SELECT record FROM slip WHERE record >= ?1 AND record < ?2"
			   " ORDER BY record DESC LIMIT 1",
    [FV_SQL_OFFICER_ZONES] = "SELECT zones FROM assignment JOIN cases ON cases.id = case_id"
			     " WHERE officer = ?1 AND closed = 0 ORDER BY case_id LIMIT 1",
    [FV_SQL_SHIFT_PUT] = "INSERT OR IGNORE INTO shift VALUES(?1, ?2, ?3)",
    [FV_SQL_SHIFT_ALL] = "SELECT id, header, payload FROM record WHERE (type < 4 OR type "
			 "BETWEEN 14 AND 16 OR type = 20)"
			 " AND type = 3 AND payload IS NOT NULL",
    [FV_SQL_SHIFT_EACH] = "SELECT record, officer, begin_ms FROM shift WHERE record >= ?1"
			  " AND record < ?2 AND begin_ms >= ?3 AND begin_ms < ?4"
			  " ORDER BY record",
    [FV_SQL_SHIFT_BEFORE] = "SELECT record, officer, begin_ms FROM shift WHERE record >= ?1"
			    " AND record < ?2 ORDER BY record DESC LIMIT ?3",
    [FV_SQL_SHIFT_OFFICER] = "SELECT record, officer, begin_ms FROM shift WHERE officer = ?1"
			     " AND begin_ms >= ?2 AND begin_ms < ?3 ORDER BY begin_ms, record",
    [FV_SQL_SHIFT_LAST] = "SELECT record FROM shift WHERE record >= ?1 AND record < ?2"
			  " AND begin_ms < ?3 ORDER BY record DESC LIMIT 1",
    [FV_SQL_SHIFT_NEXT] = "SELECT record FROM shift WHERE record > ?1 AND record < ?2"
			  " ORDER BY record LIMIT 1",
    [FV_SQL_OFFICER_EACH] =
	"SELECT officer FROM device WHERE agency = ?1 AND officer > ?2 AND revoked_ms IS NULL"
	" UNION SELECT shift.officer FROM shift JOIN device ON no = record >> 40"
	" WHERE begin_ms >= ?3 AND begin_ms < ?4 AND agency = ?1 AND shift.officer > ?2"
	" ORDER BY 1 LIMIT ?5",
    [FV_SQL_MOVED_ALL] = RECORD_COLUMNS RECORD_CONTEXT "ORDER BY record.id",

    [FV_SQL_QUARANTINE_PUT] =
	"INSERT INTO quarantine(device, seq, reason, hash, span) VALUES(?1, ?2, ?3, ?4, ?5)",
    [FV_SQL_QUARANTINE_SUM] =
	"SELECT count(*), coalesce(sum(length(span)), 0) FROM quarantine WHERE device = ?1",
    [FV_SQL_BLOB_NAME] =
	"INSERT OR IGNORE INTO blob(device, hash, seq, kind, total, held, complete)"
	" VALUES(?1, ?2, ?3, ?4, 0, 0, 0)",
    [FV_SQL_BLOB_GET] = "SELECT hash, seq, kind, total, held, complete, data FROM blob"
			" WHERE device = ?1 AND hash = ?2",
    [FV_SQL_BLOB_PUT] = "UPDATE blob SET total = ?3, held = ?4, complete = ?5, data = ?6"
			" WHERE device = ?1 AND hash = ?2",
    [FV_SQL_BLOB_COUNT_MISSING] = "SELECT count(*), coalesce(sum(kind = 5), 0) FROM blob"
				  " WHERE device = ?1 AND complete = 0",
    [FV_SQL_BLOB_MISSING] =
	"SELECT hash, seq, kind, total, held, complete, NULL FROM blob"
	" WHERE device = ?1 AND complete = 0 ORDER BY kind = 5, seq, id LIMIT ?2",

    [FV_SQL_LEAF_COUNT] = "SELECT coalesce(max(idx) + 1, 0) FROM leaf",
    [FV_SQL_LEAF_PUT] = "INSERT INTO leaf VALUES(?1, ?2, ?3)",
    [FV_SQL_LEAF_GET] = "SELECT data FROM leaf WHERE idx = ?1",
    [FV_SQL_LEAF_HASH] = "SELECT hash FROM leaf WHERE idx = ?1",
    [FV_SQL_NODE_PUT] = "INSERT INTO node VALUES(?1, ?2, ?3)",
    [FV_SQL_NODE_GET] = "SELECT hash FROM node WHERE level = ?1 AND idx = ?2",
    [FV_SQL_HEAD_PUT] = "INSERT INTO head VALUES(?1, ?2)",
    [FV_SQL_HEAD_GET] = "SELECT size, root FROM head ORDER BY size DESC LIMIT 1",
    [FV_SQL_HEAD_FIND] = "SELECT root FROM head WHERE size = ?1",
    [FV_SQL_DOCUMENT_PUT] = "INSERT OR IGNORE INTO document VALUES(?1, ?2, ?3, ?4, ?5)",
    [FV_SQL_DOCUMENT_GET] = "SELECT body FROM document WHERE hash = ?1 AND body IS NOT NULL",

    [FV_SQL_NOTE_PUT] = "INSERT INTO note VALUES(?1, ?2, ?3, ?4)",
    [FV_SQL_NOTE_LAST] = "SELECT version, hash, note FROM note WHERE kind = ?1"
			 " ORDER BY version DESC LIMIT 1",
    [FV_SQL_NOTE_FIND] = "SELECT version, hash, note FROM note WHERE kind = ?1 AND hash = ?2",
    [FV_SQL_NOTE_EACH] = "SELECT version, hash, note FROM note WHERE kind = ?1"
			 " AND version >= ?2 ORDER BY version",
    [FV_SQL_PACK_PUT] = "INSERT OR IGNORE INTO pack VALUES(?1, ?2, ?3, ?4)",
    [FV_SQL_PACK_GET] = "SELECT sha256, id, revision, file FROM pack WHERE sha256 = ?1",
    [FV_SQL_PACK_EACH] =
	"SELECT sha256, id, revision, NULL FROM pack ORDER BY id, revision, sha256",
    [FV_SQL_TICKET_PUT] =
	"INSERT INTO ticket(id, token, roster, agency, team, officer, expires_ms, note)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [FV_SQL_TICKET_GET] = "SELECT id, token, roster, agency, team, officer, expires_ms,"
			  " spent_ms, device FROM ticket WHERE id = ?1",
    [FV_SQL_TICKET_NOTE] = "SELECT note FROM ticket WHERE id = ?1",
    [FV_SQL_TICKET_SPEND] = "UPDATE ticket SET spent_ms = ?2, device = ?3"
			    " WHERE id = ?1 AND spent_ms IS NULL",

    [FV_SQL_CASE_PUT] =
	"INSERT INTO cases VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15) ON CONFLICT(id) DO UPDATE SET agency = ?2, zones = ?3, lat_e7 = ?4,"
	" lon_e7 = ?5, radius_m = ?6, actor = ?7, product = ?8, debts = ?9, packs = ?10,"
	" assigned = ?11, plan_day = ?12, as_of_day = ?13, closed = ?14, updated_ms = ?15",
    [FV_SQL_CASE_GET] = CASE_COLUMNS "WHERE id = ?1",
    [FV_SQL_CASE_EACH] = CASE_COLUMNS "ORDER BY id",
    [FV_SQL_CASE_AFTER] =
	CASE_COLUMNS "WHERE id > ?1 AND (?2 IS NULL OR agency = ?2) ORDER BY id LIMIT ?3",
    [FV_SQL_CASE_COUNT] =
	"SELECT count(*) FROM cases WHERE id > ?1 AND (?2 IS NULL OR agency = ?2)",
    [FV_SQL_ASSIGNMENT_CLEAR] = "DELETE FROM assignment WHERE case_id = ?1",
    [FV_SQL_ASSIGNMENT_PUT] = "INSERT OR IGNORE INTO assignment VALUES(?1, ?2)",
    [FV_SQL_CASE_ASSIGNED] = "SELECT 1 FROM assignment JOIN cases ON cases.id = case_id"
			     " WHERE assignment.officer = ?1 AND case_id = ?2 AND closed = 0",
    [FV_SQL_CARD_PUT] = "INSERT INTO card VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(case_id)"
			" DO UPDATE SET version = ?2, note = ?3, ct = ?4, capsules = ?5",
    [FV_SQL_CARD_GET] = "SELECT version, note, ct, capsules FROM card WHERE case_id = ?1",
    [FV_SQL_ORDER_PUT] = "INSERT INTO device_order VALUES(?1, ?2, ?3)"
			 " ON CONFLICT(device, kind) DO UPDATE SET note = ?3",
    [FV_SQL_ORDER_GET] = "SELECT note FROM device_order WHERE device = ?1 AND kind = ?2",
    [FV_SQL_CHANGED_DROP] =
	"DELETE FROM changed WHERE audience = ?1 AND kind = ?2 AND key = ?3",
    [FV_SQL_CHANGED_PUT] = "INSERT INTO changed(audience, kind, key) VALUES(?1, ?2, ?3)",
    [FV_SQL_CHANGED_ONCE] =
	"INSERT OR IGNORE INTO changed(audience, kind, key) VALUES(?1, ?2, ?3)",
    [FV_SQL_CHANGED_AUDIENCES] =
	"SELECT audience FROM changed WHERE kind = ?1 AND key = ?2 ORDER BY audience",
    [FV_SQL_CHANGED_EACH] = "SELECT change, kind, key FROM changed"
			    " WHERE audience IN (?1, ?2, '') AND change > ?3 ORDER BY change",
    [FV_SQL_CHANGED_KIND] =
	"SELECT 1 FROM changed WHERE audience = '' AND kind = ?1 AND change > ?2",
    [FV_SQL_LEAP] =
	"UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name IN ('changed', 'feed')",
    [FV_SQL_CHANGED_LAST] = "SELECT coalesce(max(change), 0) FROM changed",

    [FV_SQL_IMPORT_PUT] = "INSERT INTO imported VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [FV_SQL_IMPORT_GET] = IMPORT_COLUMNS "WHERE source = ?1 AND id = ?2",
    [FV_SQL_IMPORT_EACH] = IMPORT_COLUMNS "ORDER BY at_ms, source, id",
    [FV_SQL_IMPORT_EACH_CASE] = IMPORT_COLUMNS "WHERE case_id = ?1 ORDER BY at_ms, source, id",
    [FV_SQL_FINDING_PUT] =
	"INSERT INTO finding VALUES(?1, (SELECT coalesce(max(revision), 0) + 1 FROM finding"
	" WHERE id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
	" ?16)",
    [FV_SQL_FINDING_ROW] = FINDING_COLUMNS "WHERE rowid = ?1",
    [FV_SQL_TOKEN_PUT] = "INSERT INTO token VALUES(?1, ?2, ?3, ?4) ON CONFLICT(account)"
			 " DO UPDATE SET hash = ?2, epoch = ?3, created_ms = ?4",
    [FV_SQL_TOKEN_GET] = "SELECT account, epoch, created_ms FROM token WHERE hash = ?1",
    [FV_SQL_TOKEN_DROP] = "DELETE FROM token WHERE account = ?1",
    [FV_SQL_POSITION_PUT] =
	"INSERT OR IGNORE INTO position(user, device, agency, at_ms, lat_e7, lon_e7,"
	" accuracy_m, received_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [FV_SQL_POSITION_EACH] =
	"SELECT no, user, device, agency, at_ms, lat_e7, lon_e7, accuracy_m, received_ms"
	" FROM position WHERE no > ?1 AND (?2 IS NULL OR user = ?2)"
	" AND (?3 IS NULL OR agency = ?3) ORDER BY no LIMIT ?4",
    [FV_SQL_GAUGES] =
	"SELECT (SELECT count(*) FROM device WHERE approved_ms IS NOT NULL AND revoked_ms IS"
	" NULL), (SELECT count(*) FROM device JOIN trail ON trail.device = device.no WHERE"
	" approved_ms < ?1 AND revoked_ms IS NULL AND last_sync_ms < ?1),"
	" (SELECT coalesce(sum(size), 0) FROM trail),"
	" (SELECT coalesce(sum(sealed_size), 0) FROM trail),"
	" (SELECT count(*) FROM blob WHERE complete = 0),"
	" (SELECT count(*) FROM alert WHERE acked_ms IS NULL),"
	" (SELECT coalesce(max(idx) + 1, 0) FROM leaf),"
	" (SELECT coalesce(sum(visits), 0) FROM cause WHERE verdict = 4),"
	" (SELECT coalesce(sum(visits), 0) FROM cause WHERE verdict = 3)",
    [FV_SQL_DATES] =
	"SELECT count(*) FILTER (WHERE ends < ?1), count(*) FILTER (WHERE ends BETWEEN ?1 AND"
	" ?1 + ?3) FROM (SELECT CASE WHEN fact IN ('certificate', 'contract', 'white_list')"
	" THEN day ELSE day + ?2 END AS ends FROM fact WHERE fact <> 'consent'"
	" AND NOT (subject = 'officer' AND id IN"
	" (SELECT id FROM staff WHERE disabled_ms IS NOT NULL))"
	" AND NOT (subject = 'agency' AND id IN"
	" (SELECT id FROM agency WHERE closed_ms IS NOT NULL)))",
    [FV_SQL_FEED_EACH] = "SELECT no, kind, key FROM feed WHERE no > ?1 ORDER BY no LIMIT ?2",
    [FV_SQL_FINDING_LAST] = FINDING_COLUMNS "WHERE id = ?1 ORDER BY revision DESC LIMIT 1",
    [FV_SQL_FINDING_EACH] = FINDING_COLUMNS FINDING_NEWEST "ORDER BY contact_ms, id",
    [FV_SQL_FINDING_EACH_CASE] =
	FINDING_COLUMNS FINDING_NEWEST "AND case_id = ?1 ORDER BY contact_ms, id",
    [FV_SQL_RUN_PUT] = "INSERT INTO audit_run(started_ms, args, packs, cursor, tally)"
		       " VALUES(?1, ?2, ?3, '', '')",
    [FV_SQL_RUN_GET] = "SELECT no, started_ms, ended_ms, args, packs, cursor, tally"
		       " FROM audit_run ORDER BY no DESC LIMIT 1",
    [FV_SQL_RUN_SAVE] = "UPDATE audit_run SET cursor = ?2, tally = ?3, ended_ms = ?4"
			" WHERE no = ?1 AND ended_ms IS NULL",
    [FV_SQL_RUN_CHANGES] =
	"SELECT now.case_id, now.subject, now.pack, now.rule, last.verdict, now.verdict,"
	" (SELECT revision FROM pack WHERE sha256 = last.pack_sha256),"
	" (SELECT revision FROM pack WHERE sha256 = now.pack_sha256)"
	" FROM finding now LEFT JOIN finding last ON last.id = now.id"
	" AND last.revision = now.revision - 1 WHERE now.run >= ?1 AND now.run > 0"
	" ORDER BY now.run, now.case_id, now.contact_ms, now.subject, now.pack, now.rule",
    [FV_SQL_STANDING_EACH] = FINDING_COLUMNS FINDING_NEWEST
    "AND id IN (SELECT id FROM standing) ORDER BY contact_ms, id",
    [FV_SQL_STANDING_EACH_CASE] = FINDING_COLUMNS FINDING_NEWEST
    "AND id IN (SELECT id FROM standing) AND case_id = ?1 ORDER BY contact_ms, id",
    [FV_SQL_FACT_SET] = "INSERT OR REPLACE INTO fact VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [FV_SQL_FACT_ANY] = "SELECT 1 FROM fact WHERE subject = 'officer' AND id = ?1 UNION ALL"
			" SELECT 1 FROM fact WHERE subject = 'agency' AND id = ?2 LIMIT 1",
    [FV_SQL_FACT_DROP] = "DELETE FROM fact WHERE subject = ?1 AND id = ?2 AND fact = ?3",
    [FV_SQL_FACT_GET] = "SELECT day FROM fact WHERE subject = ?1 AND id = ?2 AND fact = ?3",
    [FV_SQL_CASE_SINCE] = "SELECT since_ms FROM case_since WHERE case_id = ?1",

    [FV_SQL_ALERT_PUT] =
	"INSERT INTO alert VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	" ?14, ?15, ?16, ?17, ?18, ?19) ON CONFLICT(id) DO UPDATE SET state = ?5, ended_ms = "
	"?8,"
	" lat_e7 = ?9, lon_e7 = ?10, eph_mm = ?11, fix_ms = ?12, evidence = ?13,"
	" acked_by = ?15, acked_ms = ?16, rounds = ?17, next_ms = ?18",
    [FV_SQL_ALERT_GET] = ALERT_COLUMNS "WHERE id = ?1",
    [FV_SQL_ALERT_EACH] = ALERT_COLUMNS "ORDER BY received_ms DESC, id",
    [FV_SQL_ALERT_DUE] = ALERT_COLUMNS "WHERE acked_ms IS NULL AND next_ms <= ?1"
				       " AND (kind IN (1, 3) OR ended_ms IS NULL)"
				       " ORDER BY kind, next_ms, id",
    [FV_SQL_ALERT_BARE] = ALERT_COLUMNS "WHERE device = ?1 AND evidence = 0",
    [FV_SQL_ALERT_COUNT] = "SELECT count(*) FROM alert WHERE device = ?1 AND acked_ms IS NULL"
			   " AND kind IN (1, 3) AND received_ms > ?2",
    [FV_SQL_ALERT_PARK] =
	"UPDATE alert SET next_ms = ?3 WHERE id = (SELECT id FROM alert WHERE device = ?1"
	" AND acked_ms IS NULL AND next_ms < ?3 AND kind IN (1, 3)"
	" ORDER BY received_ms DESC, id DESC LIMIT 1 OFFSET ?2)",
    [FV_SQL_ALERT_UNPARK] =
	"UPDATE alert SET next_ms = ?2 WHERE id = (SELECT id FROM alert WHERE device = ?1"
	" AND acked_ms IS NULL AND next_ms = ?3 ORDER BY received_ms DESC, id DESC LIMIT 1)",
    [FV_SQL_ALERT_HURRY] = "UPDATE alert SET next_ms = ?1 WHERE acked_ms IS NULL"
			   " AND next_ms > ?1 AND next_ms < ?2",
    [FV_SQL_WATCH_PUT] = "INSERT OR REPLACE INTO watch VALUES(?1, ?2, ?3, ?4, ?5)",
    [FV_SQL_WATCH_GET] = WATCH_COLUMNS "WHERE device = ?1",
    [FV_SQL_WATCH_DUE] = WATCH_COLUMNS "WHERE due_ms <= ?1 ORDER BY due_ms",
    [FV_SQL_WATCH_CASE] = WATCH_COLUMNS "WHERE visit IS NOT NULL AND case_id = ?1",

    [FV_SQL_ACCOUNT_ADD] = "INSERT INTO account VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
			   " ?10, ?11, ?12, ?13)",
    [FV_SQL_ACCOUNT_SET] = "UPDATE account SET name = ?2, role = ?3, agency = ?4,"
			   " officer = ?5, disabled = ?6, epoch = ?7, salt = ?8, ops = ?9,"
			   " mem_kib = ?10, hash = ?11, login_ms = ?13 WHERE id = ?1",
    [FV_SQL_ACCOUNT_GET] = ACCOUNT_COLUMNS "WHERE id = ?1",
    [FV_SQL_ACCOUNT_EACH] = ACCOUNT_COLUMNS "WHERE id > ?1 ORDER BY id LIMIT ?2",
    [FV_SQL_ACCOUNT_COUNT] =
	"SELECT count(*) FROM account WHERE role = ?1 AND disabled = 0 AND"
	" (hash IS NOT NULL OR EXISTS(SELECT 1 FROM link WHERE link.account = account.id"
	" AND expires_ms > ?2))",
    [FV_SQL_LINK_PUT] = "INSERT OR REPLACE INTO link VALUES(?1, ?2, ?3)",
    [FV_SQL_LINK_GET] = LINK_COLUMNS "WHERE hash = ?1",
    [FV_SQL_LINK_OF] = LINK_COLUMNS "WHERE account = ?1",
    [FV_SQL_LINK_DROP] = "DELETE FROM link WHERE account = ?1",

    [FV_SQL_REWRAP_PUT] = "INSERT INTO rewrap VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [FV_SQL_REWRAP_COUNT] = "SELECT count(*) FROM rewrap WHERE device = ?1 AND seq = ?2",
    [FV_SQL_REWRAP_EACH] = "SELECT key_ids, capsules, note FROM rewrap WHERE device = ?1"
			   " AND seq = ?2 ORDER BY hash",
    [FV_SQL_NOTE_AFTER] =
	RECORD_COLUMNS "WHERE type IN (10, 11) AND record.id > ?1 ORDER BY record.id LIMIT ?2",
    [FV_SQL_ROSTER_DRAFT_GET] = "SELECT note FROM roster_draft WHERE one = 1",
    [FV_SQL_ROSTER_DRAFT_SET] = "INSERT OR REPLACE INTO roster_draft VALUES(1, ?1)",
    [FV_SQL_ROSTER_DRAFT_DROP] = "DELETE FROM roster_draft",

    [FV_SQL_CARE_ADD] =
	"INSERT INTO complaint(receipt, kind, source, case_id, slip, visit, agency, team,"
	" badge, day, windows, kc, ct, capsules, key_ids, answer_pk, zone, received_ms, "
	"deadline_ms,"
	" state, hold_ms, renewals, proposed, proposed_by, decision, reason, decided_by,"
	" decided_ms, answer_kc, answer_ct, answer_capsules, answer_key_ids)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
	" ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31,"
	" ?32)",
    [FV_SQL_CARE_SAVE] =
	"UPDATE complaint SET case_id = ?4, visit = ?6, agency = ?7, team = ?8, badge = ?9,"
	" zone = ?17, deadline_ms = ?19, state = ?20, hold_ms = ?21, renewals = ?22,"
	" proposed = ?23, proposed_by = ?24, decision = ?25, reason = ?26, decided_by = ?27,"
	" decided_ms = ?28, answer_kc = ?29, answer_ct = ?30, answer_capsules = ?31,"
	" answer_key_ids = ?32 WHERE no = ?33",
    [FV_SQL_CARE_GET] = CARE_COLUMNS "WHERE no = ?1",
    [FV_SQL_CARE_FIND] = CARE_COLUMNS "WHERE receipt = ?1",
    [FV_SQL_CARE_LIST] = CARE_ROWS CARE_ORDER,
    [FV_SQL_CARE_LIST_AGENCY] = CARE_ROWS "AND agency = ?6 " CARE_ORDER,
    [FV_SQL_CARE_LIST_CASE] = CARE_ROWS "AND case_id = ?6 " CARE_ORDER,
    [FV_SQL_CARE_COUNT] = "SELECT count(*), coalesce(sum(deadline_ms <= ?1), 0) FROM complaint"
			  " WHERE state = 1 AND (?2 = '' OR agency = ?2)",
    [FV_SQL_CARE_SLIP] = "SELECT no FROM complaint WHERE slip = ?1 ORDER BY no",
    [FV_SQL_CARE_VISIT] = "SELECT no FROM complaint WHERE visit = ?1 ORDER BY no",
    [FV_SQL_CARE_HOLDS] = "SELECT count(*) FROM complaint WHERE case_id = ?1 AND no <> ?2"
			  " AND state = 1 AND hold_ms > ?3",
    [FV_SQL_CODE_SEEN] =
	"INSERT OR IGNORE INTO code_seen SELECT ?1, ?2,"
	" CASE WHEN EXISTS(SELECT 1 FROM slip WHERE hash = ?1) THEN ?2 END"
	" WHERE (SELECT count(*) FROM code_seen WHERE delivered_ms IS NULL) < 20000",
    [FV_SQL_CODE_OLD] = "DELETE FROM code_seen WHERE first_ms < ?1",
    [FV_SQL_CODE_GET] = "SELECT 1 FROM code_seen WHERE hash = ?1",
    [FV_SQL_CODE_DELIVERED] =
	"UPDATE code_seen SET delivered_ms = ?2 WHERE hash = ?1 AND delivered_ms IS NULL",
    [FV_SQL_CODE_EACH] = "SELECT hash, first_ms FROM code_seen WHERE delivered_ms IS NULL"
			 " AND first_ms < ?1 ORDER BY first_ms LIMIT ?2",
    [FV_SQL_PLAN_PUT] = "INSERT OR REPLACE INTO plan_entry VALUES(?1, ?2, ?3, ?4, ?5, ?6,"
			" ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"
			" ?21, ?22)",
    [FV_SQL_PLAN_GET] = PLAN_COLUMNS "WHERE id = ?1",
    [FV_SQL_PLAN_EACH] =
	PLAN_COLUMNS "WHERE (day, id) > (?1, ?2) AND (?3 IS NULL OR agency = ?3)"
		     " AND (?4 IS NULL OR officer = ?4 OR second = ?4)"
		     " AND (?5 IS NULL OR case_id = ?5) AND (?6 = 0 OR state = ?6)"
		     " AND (?7 IS NULL OR day >= ?7) AND (?8 IS NULL OR day <= ?8)"
		     " AND (?9 = 0 OR to_ms <= ?9) ORDER BY day, id LIMIT ?10",
    [FV_SQL_PLAN_NEXT] = PLAN_COLUMNS "WHERE case_id = ?1 AND state = 1 AND (officer = ?2"
				      " OR second = ?2) ORDER BY day, id LIMIT 1",
    [FV_SQL_PLAN_MADE] = "UPDATE plan_entry SET state = 2, ended_ms = ?2 WHERE case_id = ?1"
			 " AND state = 1 AND day_from_ms <= ?2 AND day_to_ms > ?2",
    [FV_SQL_PLAN_MOVE] = "UPDATE plan_entry SET officer = ?3 WHERE case_id = ?1 AND state = 1"
			 " AND officer = ?2",
    [FV_SQL_HOLD_PUT] = "INSERT OR REPLACE INTO hold VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
			" ?9, ?10, ?11)",
    [FV_SQL_HOLD_GET] = HOLD_COLUMNS "WHERE id = ?1",
    [FV_SQL_HOLD_EACH] = HOLD_COLUMNS "WHERE case_id = ?1 ORDER BY id",
    [FV_SQL_ASKED_PUT] =
	"INSERT INTO asked SELECT ?1, coalesce(?2, (SELECT case_id FROM record WHERE id = "
	"?1)),"
	" ?3, ?4, ?5, ?6, 0, '', '', NULL WHERE coalesce(?2, (SELECT case_id FROM record WHERE"
	" id = ?1)) IS NOT NULL ON CONFLICT(visit) DO UPDATE SET business = ?3, note = ?4,"
	" at_ms = ?5, due_ms = ?6 WHERE decision = 0",
    [FV_SQL_ASKED_GET] = ASKED_COLUMNS "WHERE visit = ?1",
    [FV_SQL_ASKED_EACH] =
	ASKED_COLUMNS "WHERE (due_ms, visit) > (?1, ?2) AND (?3 IS NULL OR case_id IN"
		      " (SELECT id FROM cases WHERE agency = ?3))"
		      " AND (?4 IS NULL OR case_id = ?4) AND (?5 = 0 OR decision = 0)"
		      " ORDER BY due_ms, visit LIMIT ?6",
    [FV_SQL_ASKED_DECIDE] = "UPDATE asked SET decision = ?2, reason = ?3, decided_by = ?4,"
			    " decided_ms = ?5 WHERE visit = ?1 AND decision = 0",
    [FV_SQL_ASKED_LAST] = ASKED_COLUMNS "WHERE case_id = ?1 AND decision > 0"
					" ORDER BY decided_ms DESC LIMIT 1",
    [FV_SQL_ASKED_RECORDS] =
	RECORD_COLUMNS "WHERE type IN (7, 8) AND payload IS NOT NULL ORDER BY record.id",
    [FV_SQL_SETTLED_PUT] = "INSERT INTO settled VALUES(?1, ?2, ?3, ?4, ?5)",
    [FV_SQL_SETTLED_DROP] = "DELETE FROM settled WHERE kind = ?1 AND key = ?2",
    [FV_SQL_EXCEPTION_EACH] =
	"SELECT e.kind, e.key, e.case_id, e.agency, e.subject, e.officer, e.rule, e.at_ms,"
	" settled.reason, settled_by, settled.at_ms FROM exception_now e LEFT JOIN settled"
	" ON settled.kind = e.kind AND settled.key = e.key"
	" WHERE e.at_ms <= ?1 AND (?2 IS NULL OR e.agency = ?2) AND (?3 = 0 OR e.kind = ?3)"
	" AND (settled.at_ms IS NOT NULL) = ?4 AND (e.at_ms, e.key) < (?5, ?6)"
	" ORDER BY e.at_ms DESC, e.key DESC LIMIT ?7",
    [FV_SQL_EXCEPTION_COUNT] =
	"SELECT count(*) FROM (SELECT 1 FROM exception_now e LEFT JOIN settled"
	" ON settled.kind = e.kind AND settled.key = e.key"
	" WHERE e.at_ms <= ?1 AND (?2 IS NULL OR e.agency = ?2) AND settled.at_ms IS NULL"
	" LIMIT ?3)",
    [FV_SQL_CASE_FIND] =
	CASE_COLUMNS "WHERE id > ?1 AND (?2 IS NULL OR agency = ?2)"
		     " AND (?3 IS NULL OR EXISTS(SELECT 1 FROM assignment WHERE officer = ?3"
		     " AND case_id = cases.id)) AND (?4 IS NULL OR closed = ?4)"
		     " AND (?5 = 0 OR EXISTS(SELECT 1 FROM hold WHERE hold.case_id = cases.id"
		     " AND lifted_ms IS NULL AND (until_ms IS NULL OR until_ms > ?8)))"
		     " AND (?6 = 0 OR lat_e7 IS NULL)"
		     " AND (?7 IS NULL OR as_of_day IS NULL OR as_of_day < ?7)"
		     " AND (?9 IS NULL OR substr(id, 1, length(?9)) = ?9)"
		     " AND (?11 IS NULL OR id NOT IN (SELECT case_id FROM assignment"
		     " WHERE officer IN (SELECT value FROM json_each(?11))))"
		     " ORDER BY id LIMIT ?10",
    [FV_SQL_KPI_EACH] =
	"WITH visits AS (SELECT agency, officer, count(*) AS n, sum(EXISTS(SELECT 1 FROM"
	" open_finding f WHERE f.contact = queue.contact AND f.verdict = 4 AND f.decision NOT"
	" IN (2, 3))) AS bad, sum((marks & 16) <> 0) AS amended FROM queue WHERE channel = 1"
	" AND begin_ms >= ?2 AND begin_ms < ?3 GROUP BY agency, officer),"
	" open AS (SELECT agency, officer, count(*) AS n FROM exception_now e WHERE at_ms >= "
	"?2"
	" AND at_ms < ?3 AND NOT EXISTS(SELECT 1 FROM settled WHERE settled.kind = e.kind AND"
	" settled.key = e.key) GROUP BY agency, officer),"
	" complaints AS (SELECT agency, badge AS officer, count(*) AS n FROM complaint WHERE"
	" kind IN (1, 4, 5) AND received_ms >= ?2 AND received_ms < ?3 GROUP BY agency, "
	"badge),"
	" who AS (SELECT agency, officer FROM visits UNION SELECT agency, officer FROM open"
	" UNION SELECT agency, officer FROM complaints)"
	" SELECT who.agency, who.officer, coalesce(visits.n, 0), coalesce(visits.n - bad, 0),"
	" coalesce(open.n, 0), coalesce(amended, 0), coalesce(complaints.n, 0) FROM who"
	" LEFT JOIN visits ON visits.agency = who.agency AND visits.officer = who.officer"
	" LEFT JOIN open ON open.agency = who.agency AND open.officer = who.officer"
	" LEFT JOIN complaints ON complaints.agency = who.agency AND complaints.officer ="
	" who.officer WHERE ?1 IS NULL OR who.agency = ?1 ORDER BY who.agency, who.officer",
    [FV_SQL_IMPORT_REPLACE] = "UPDATE imported SET line = ?3 WHERE source = ?1 AND id = ?2",

    [FV_SQL_STALE_PUT] = "INSERT INTO stale VALUES(?1, ?2, 1)"
			 " ON CONFLICT(case_id) DO UPDATE SET touched = touched + 1",
    [FV_SQL_STALE_DROP] = "DELETE FROM stale WHERE case_id = ?1 AND touched <= ?2",
    [FV_SQL_STALE_EACH] = "SELECT case_id, touched FROM stale ORDER BY since_ms, case_id"
			  " LIMIT ?1",
    [FV_SQL_STALE_COUNT] = "SELECT count(*), coalesce(min(since_ms), 0) FROM stale",
    [FV_SQL_SEEN_PUT] = "INSERT OR REPLACE INTO seen VALUES(?1, ?2, ?3)",
    [FV_SQL_SEEN_BEHIND] =
	"SELECT t.device, t.size, t.sealed_size, coalesce(s.size, 0),"
	" coalesce(s.sealed_size, 0) FROM trail t LEFT JOIN seen s ON s.device = t.device"
	" WHERE s.device IS NULL OR s.size <> t.size OR s.sealed_size <> t.sealed_size"
	" ORDER BY t.device LIMIT ?1",
    [FV_SQL_REFILLED_EACH] = "SELECT record FROM refilled ORDER BY record LIMIT ?1",
    [FV_SQL_REFILLED_DROP] = "DELETE FROM refilled WHERE record = ?1",
    [FV_SQL_RECORD_CASES] =
	"SELECT DISTINCT coalesce(r.case_id, s.case_id, t.case_id, u.case_id) FROM record r"
	" LEFT JOIN record s ON s.id = r.subject LEFT JOIN record t ON t.id = s.subject"
	" LEFT JOIN record u ON u.id = t.subject WHERE r.id >= ?1 AND r.id < ?2"
	" UNION SELECT case_id FROM moved WHERE record >= ?1 AND record < ?2",
    [FV_SQL_DEVICE_CASES] = "SELECT DISTINCT case_id FROM queue WHERE device = ?1",
    [FV_SQL_DEVICE_CASES_OPEN] =
	"SELECT DISTINCT case_id FROM queue WHERE device = ?1 AND (provisional = 1"
	" OR coalesce(end_ms, begin_ms) >= ?2)",
    [FV_SQL_DATA_VERSION] = "PRAGMA data_version",
    [FV_SQL_QUEUED_GET] = "SELECT digest, judged_ms FROM queued WHERE case_id = ?1",
    [FV_SQL_QUEUED_PUT] = "INSERT OR REPLACE INTO queued VALUES(?1, ?2, ?3)",
    [FV_SQL_QUEUE_PUT] =
	"INSERT INTO queue VALUES(?1, ?2, ?3, coalesce((SELECT team FROM device WHERE no = "
	"?5), ''), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
	" ON CONFLICT(contact) DO UPDATE SET case_id = ?2, agency = ?3, team = excluded.team,"
	" officer = ?4, device = ?5, channel = ?6, begin_ms = ?7, end_ms = ?8, day = ?9,"
	" zone = ?10, marks = ?11, rank = ?12, fails = ?13, reviews = ?14, decided = ?15,"
	" proposed = ?16, replied = ?17, provisional = ?18, change = ?19",
    [FV_SQL_QUEUE_DROP] = "DELETE FROM queue WHERE contact = ?1",
    [FV_SQL_QUEUE_SUM] =
	"SELECT coalesce(min(rank), 30), coalesce(sum(rank <= 5), 0),"
	" coalesce(sum(rank BETWEEN 6 AND 10), 0), coalesce(sum(decision > 0), 0),"
	" coalesce(sum(rank <= 10 AND EXISTS(SELECT 1 FROM proposal p WHERE"
	" p.finding = open_finding.id AND p.inputs_hash = open_finding.inputs_hash)), 0),"
	" coalesce(sum(EXISTS(SELECT 1 FROM replied r WHERE r.finding = open_finding.id)), 0),"
	" coalesce(max(provisional), 0) FROM open_finding WHERE contact = ?1",
    [FV_SQL_QUEUE_GET] = QUEUE_COLUMNS "queue q WHERE q.contact = ?1",
    [FV_SQL_QUEUE_CASE] = QUEUE_COLUMNS "queue q WHERE q.case_id = ?1 ORDER BY q.begin_ms,"
					" q.contact",
    [FV_SQL_QUEUE_RANK] = QUEUE_COLUMNS "queue q WHERE ?1 IS NULL AND " QUEUE_AFTER("q")
	QUEUE_REST QUEUE_END("q"),
    [FV_SQL_QUEUE_AGENCY] = QUEUE_COLUMNS "queue q WHERE q.agency = ?1 AND " QUEUE_AFTER("q")
	QUEUE_REST QUEUE_END("q"),
    [FV_SQL_QUEUE_OFFICER] = QUEUE_COLUMNS "queue q WHERE q.officer = ?1 AND " QUEUE_AFTER("q")
	QUEUE_REST QUEUE_END("q"),
    [FV_SQL_QUEUE_RULE] = QUEUE_COLUMNS
    "open_finding f CROSS JOIN queue q ON q.contact = f.contact WHERE f.rule = ?1 "
    "AND " QUEUE_AFTER("f") QUEUE_REST QUEUE_END("f"),
    [FV_SQL_QUEUE_CHANGED] = QUEUE_COLUMNS
    "queue q INDEXED BY queue_change WHERE q.change > ?1 AND q.rank BETWEEN ?2 AND ?3"
    " AND (?4 IS NULL OR q.agency = ?4) ORDER BY q.change LIMIT ?5",
    [FV_SQL_QUEUE_COUNT_SINCE] =
	"SELECT count(*) FROM (SELECT 1 FROM queue q INDEXED BY queue_change WHERE"
	" q.change > ?1 AND q.rank BETWEEN ?2 AND ?3 AND (?4 IS NULL OR q.agency = ?4)"
	" LIMIT ?5)",
    [FV_SQL_QUEUE_TICK] = "UPDATE queue_tick SET no = no + 1",
    [FV_SQL_QUEUE_TICK_GET] = "SELECT no FROM queue_tick",
    [FV_SQL_OPEN_PUT] = "INSERT INTO open_finding VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
			" ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    [FV_SQL_OPEN_DROP] = "DELETE FROM open_finding WHERE id = ?1",
    [FV_SQL_OPEN_GET] = OPEN_COLUMNS "WHERE id = ?1",
    [FV_SQL_OPEN_CONTACT] = OPEN_COLUMNS "WHERE contact = ?1 ORDER BY rank, pack, rule"
					 " LIMIT ?2",
    [FV_SQL_CAUSE_EACH] =
	"SELECT pack, rule, cause, verdict, severity, sum(visits) n FROM cause WHERE"
	" visits > 0 AND (?1 IS NULL OR agency = ?1) GROUP BY pack, rule, cause, verdict,"
	" severity ORDER BY n DESC, pack, rule, cause LIMIT ?2",
    [FV_SQL_CAUSE_FILTERED] =
	"SELECT f.pack, f.rule, f.cause, f.verdict, f.severity, count(*) n FROM open_finding f"
	" JOIN queue q ON q.contact = f.contact WHERE f.rank <= 10"
	" AND (?1 IS NULL OR q.agency = ?1) AND (?3 IS NULL OR q.officer = ?3)"
	" AND (?4 IS NULL OR q.day >= ?4) AND (?5 IS NULL OR q.day <= ?5)"
	" GROUP BY f.pack, f.rule, f.cause, f.verdict, f.severity"
	" ORDER BY n DESC, f.pack, f.rule, f.cause LIMIT ?2",
    [FV_SQL_CAUSE_VISITS] =
	"SELECT f.id, f.contact, f.pack, f.rule, f.verdict, f.severity, f.provisional,"
	" f.cause, f.inputs_hash, f.since_ms, f.why_en, f.why_zh, f.decision, f.rank"
	" FROM open_finding f CROSS JOIN queue q ON q.contact = f.contact WHERE f.rule = ?1"
	" AND f.rank = ?2 AND (f.begin_ms, f.contact) > (?3, ?4) AND f.pack = ?5"
	" AND f.cause = ?6 AND (?7 IS NULL OR q.agency = ?7)"
	" AND (?8 IS NULL OR q.officer = ?8) AND (?9 IS NULL OR q.day >= ?9)"
	" AND (?10 IS NULL OR q.day <= ?10) ORDER BY f.begin_ms, f.contact LIMIT ?11",
    [FV_SQL_FINDING_REVISIONS] = FINDING_COLUMNS "WHERE id = ?1 ORDER BY revision",
    [FV_SQL_REVIEW_PUT] =
	"INSERT INTO review(finding, inputs_hash, decision, reason, who, at_ms, sdoc, leaf)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [FV_SQL_REVIEW_LAST] = REVIEW_COLUMNS "WHERE finding = ?1 ORDER BY no DESC LIMIT 1",
    [FV_SQL_REVIEW_EACH] = REVIEW_COLUMNS "WHERE finding = ?1 ORDER BY no",
    [FV_SQL_PROPOSAL_PUT] =
	"INSERT INTO proposal(finding, inputs_hash, decision, reason, who, at_ms)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [FV_SQL_PROPOSAL_EACH] = "SELECT finding, inputs_hash, decision, reason, who, at_ms"
			     " FROM proposal WHERE finding = ?1 ORDER BY no",
    [FV_SQL_REPLIED_PUT] = "INSERT OR IGNORE INTO replied VALUES(?1, ?2)",
    [FV_SQL_REPLIED_EACH] = RECORD_COLUMNS
    "WHERE record.id IN (SELECT record FROM replied WHERE finding = ?1) ORDER BY record.id",
    [FV_SQL_LOOKED_SET] = "INSERT OR REPLACE INTO looked VALUES(?1, ?2, ?3)",
    [FV_SQL_LOOKED_GET] = "SELECT change, at_ms FROM looked WHERE who = ?1",
    [FV_SQL_SILENT_COUNT] =
	"SELECT count(*) FROM trail JOIN device ON no = trail.device WHERE last_sync_ms < ?1"
	" AND revoked_ms IS NULL AND (?2 IS NULL OR device.agency = ?2)",
    [FV_SQL_SOS_COUNT] =
	"SELECT count(*) FROM alert JOIN device ON no = alert.device WHERE kind = 1"
	" AND acked_ms IS NULL AND (?1 IS NULL OR device.agency = ?1)",
    [FV_SQL_AGENCY_PUT] =
	"INSERT INTO agency VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO UPDATE"
	" SET name = excluded.name, closed_ms = excluded.closed_ms,"
	" closed_leaf = excluded.closed_leaf",
    [FV_SQL_AGENCY_GET] =
	"SELECT id, name, added_ms, closed_ms, closed_leaf FROM agency WHERE id = ?1",
    [FV_SQL_AGENCY_EACH] =
	"SELECT id, name, added_ms, closed_ms, closed_leaf FROM agency WHERE id > ?1"
	" ORDER BY id LIMIT ?2",
    [FV_SQL_TEAM_PUT] = "INSERT INTO team VALUES(?1, ?2)",
    [FV_SQL_TEAM_GET] = "SELECT agency FROM team WHERE id = ?1",
    [FV_SQL_TEAM_EACH] = "SELECT id FROM team WHERE agency = ?1 ORDER BY id",
    [FV_SQL_STAFF_PUT] =
	"INSERT INTO staff VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(id) DO "
	"UPDATE"
	" SET agency = excluded.agency, badge = excluded.badge, team = excluded.team,"
	" source = excluded.source, disabled_ms = excluded.disabled_ms,"
	" reason = excluded.reason, ends_ms = excluded.ends_ms",
    [FV_SQL_STAFF_GET] = STAFF_COLUMNS "WHERE id = ?1",
    [FV_SQL_STAFF_EACH] =
	STAFF_COLUMNS "WHERE id > ?1 AND (?3 IS NULL OR agency = ?3) ORDER BY id LIMIT ?2",
    [FV_SQL_CONFIG_PUT] = "INSERT INTO config VALUES(?1, ?2, ?3, ?4)",
    [FV_SQL_CONFIG_LAST] = CONFIG_COLUMNS "WHERE scope = ?1 ORDER BY c.version DESC LIMIT 1",
    [FV_SQL_CONFIG_EACH] =
	CONFIG_COLUMNS "WHERE c.version = (SELECT max(version) FROM config WHERE"
		       " scope = c.scope) ORDER BY c.scope",
    [FV_SQL_CONFIG_TEAMS] = "SELECT id FROM team WHERE agency = ?1 UNION"
			    " SELECT team FROM device WHERE agency = ?1 ORDER BY 1",
    [FV_SQL_CONFIG_SAID] =
	"SELECT payload FROM record WHERE id >= ?1 << 40 AND id < (?1 + 1) << 40"
	" AND type = ?2 AND payload IS NOT NULL ORDER BY id DESC LIMIT 1",
    [FV_SQL_HAND_GET] = "SELECT said, holder, since_ms FROM hand WHERE device = ?1",
    [FV_SQL_HAND_PUT] = "INSERT OR REPLACE INTO hand VALUES(?1, ?2, ?3, ?4)",
    [FV_SQL_HAND_LET_GET] = "SELECT ticket, proof, at_ms, let_ms FROM hand_let"
			    " WHERE device = ?1 AND officer = ?2",
    [FV_SQL_HAND_LET_EACH] = "SELECT ticket, proof, at_ms, let_ms, device FROM hand_let"
			     " WHERE let_ms IS NOT NULL ORDER BY device, officer",
    [FV_SQL_HAND_LET_PUT] =
	"INSERT INTO hand_let VALUES(?1, ?2, ?3, ?4, ?5, NULL) ON CONFLICT(device, officer)"
	" DO UPDATE SET ticket = excluded.ticket, proof = excluded.proof,"
	" at_ms = excluded.at_ms WHERE let_ms IS NULL",
    [FV_SQL_HAND_LET_FOUND] =
	"UPDATE hand_let SET let_ms = ?3 WHERE device = ?1 AND officer = ?2",
    /* What was told to this handheld by itself of cases: the tellings below say it anew. */
    [FV_SQL_HAND_FORGET] = "DELETE FROM changed WHERE audience = ?1 AND kind IN (1, 2, 3, 7)",
    /* Every case that it may have of him who handed it back, and what left him after ?3. */
    [FV_SQL_HAND_BURY] =
	"INSERT OR REPLACE INTO changed(audience, kind, key) SELECT ?1, 12, key FROM changed"
	" WHERE audience = ?2 AND (kind = 1 OR (kind = 12 AND change > ?3)) ORDER BY change",
    [FV_SQL_HAND_SETTLE] =
	"INSERT OR REPLACE INTO changed(audience, kind, key) SELECT ?1, 14, key FROM"
	" (SELECT key, change FROM changed WHERE audience = ?2 AND kind = 14"
	" ORDER BY change DESC LIMIT 500) ORDER BY change",
    [FV_SQL_HAND_TELL] =
	"INSERT OR REPLACE INTO changed(audience, kind, key) SELECT ?1, column1, key FROM"
	" changed, (VALUES(1), (2), (3), (7)) WHERE audience = ?2 AND kind = 1"
	" ORDER BY change, column1",
    [FV_SQL_INTAKE_PUT] = "INSERT INTO intake VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
			  " ?10, ?11, ?12) ON CONFLICT(id) DO UPDATE SET"
			  " filed_as = excluded.filed_as, kind = excluded.kind,"
			  " taken_ms = excluded.taken_ms, state = excluded.state,"
			  " leaf = excluded.leaf, answer = excluded.answer,"
			  " is_filed = excluded.is_filed",
    [FV_SQL_INTAKE_FILED] = "UPDATE intake SET is_filed = 1 WHERE id = ?1",
    [FV_SQL_INTAKE_WAITING] = INTAKE_COLUMNS "WHERE folder = ?1 AND is_filed = 0 ORDER BY id",
    [FV_SQL_INTAKE_FOLDERS] = "SELECT DISTINCT folder FROM intake ORDER BY folder",
    [FV_SQL_INTAKE_EACH] = INTAKE_COLUMNS "ORDER BY id DESC LIMIT ?1",
    [FV_SQL_INTAKE_NAMED] =
	"SELECT EXISTS (SELECT 1 FROM intake WHERE folder = ?1 AND filed_as = ?2)",
};
