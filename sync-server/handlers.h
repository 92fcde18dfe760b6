/*
 * The handlers of verbs that write (host.h): each takes the request that its command line
 * half sent and says in the answer what it did or why not.
 *
 * Threads: the thread that writes.
 */
#ifndef FV_HANDLERS_H
#define FV_HANDLERS_H

#include "sync-server/host.h"

/* {id, name, teams, dates: {word: date or "none"}}; members that are not there stay as they
 * are; answers id, new, changed, dates, leaf. */
int fv_do_agency_add(struct fv_host *host, const json_t *request, json_t **answer_out);
int fv_do_agency_set(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id}; answers agency, new, accounts: ids that were disabled, devices: those not revoked,
 * leaf. */
int fv_do_agency_close(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, agency, team, badge, dates}; answers also on_roster. */
int fv_do_officer_add(struct fv_host *host, const json_t *request, json_t **answer_out);
int fv_do_officer_set(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, what: disable, enable or expire, reason, on, ends_ms or null}; answers id, state,
 * changed, next: commands that are left. */
int fv_do_officer_bar(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, text, serials, agencies, agency or ""}: a table of officers or agencies, all or none,
 * of one agency's officers only; answers rows, new, changed, same, leaf, or faults.  check:
 * the same, and nothing is changed. */
int fv_do_staff_import(struct fv_host *host, const json_t *request, json_t **answer_out);
int fv_do_staff_check(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by}: a supervisor has seen an alert; answers id, by, at. */
int fv_do_alert_ack(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {commands, busy: [id]}: raise what is overdue and take the next round of every alert
 * that is due and not busy; answers alerts, each with what a command is told and the
 * command's number. */
int fv_do_alert_due(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, commands}: its command did not do it; the next on the list is due at once. */
int fv_do_alert_failed(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, note} */
int fv_do_roster_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, note} */
int fv_do_settings_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, role, name, agency, officer, by}: an account of the desk; answers id, role, link (a
 * path with a one-time token), expires_ms. */
int fv_do_desk_add(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by} and any of role, name, agency, officer, disabled; answers account.  What limits
 * it ends its sessions. */
int fv_do_desk_change(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, end, by}: a token for machines in the place of the last one, or (end) none; answers id,
 * token. */
int fv_do_desk_token(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {user, device, agency, at_ms, lat_e7, lon_e7, accuracy_m}: keep an unsigned position. */
int fv_do_owntracks_put(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by}: a new one-time link; answers as desk add. */
int fv_do_desk_link(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, password: {ops, mem_kib, salt, hash}} and either epoch, of the account whose old
 * password was checked, or link, the hash of a one-time token; answers epoch. */
int fv_do_desk_password(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id}: note when somebody has logged in. */
int fv_do_desk_login(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, ticket} */
int fv_do_invite_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, note} */
int fv_do_device_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, text} */
int fv_do_case_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {case, visit} */
int fv_do_case_place(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {case, officers: [id]} */
int fv_do_case_assign(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, agency or "", cases: [{case, officers: [id], card: {note, ct, capsules} or null}]}:
 * all or none. */
int fv_do_case_reassign(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, case, kind, reason, until or absent} */
int fv_do_hold_put(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, id, reason} */
int fv_do_hold_lift(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, agency or "", entry: {date, from, to, case, officer, ...}} */
int fv_do_plan_add(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, text, by, agency or ""}: all or none */
int fv_do_plan_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, id, reason} */
int fv_do_plan_close(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, visit: device << 40 | seq, granted, reason} */
int fv_do_request_answer(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, kind, key, reason} */
int fv_do_exception_settle(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, kind, key} */
int fv_do_exception_reopen(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {case, reason}; or {file, text}: a table of both columns, all rows or none */
int fv_do_case_close(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, text} */
int fv_do_pack_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, text, zone, excel_dates}: zone "": of times without an offset there are none */
int fv_do_history_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* The same: a table of payments. */
int fv_do_payment_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {kind, receipt, answer_pk, kc, ct, capsules, key_ids, slip, agency, badge, day, windows}: a
 * borrower complains or asks; all but the first six may be missing.  receipt, slip: hashes
 * in hex; the rest sealed, base64.  Answers id. */
int fv_do_complaint_take(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {slip}: a borrower has entered the code of this hash. */
int fv_do_complaint_code(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by}: a reader of the roster opens it; answers words and answer, sealed. */
int fv_do_complaint_open(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by, by_officer, decision, reason, text, propose} */
int fv_do_complaint_answer(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by, by_officer, do: renew or lift, reason} */
int fv_do_complaint_hold(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id, by, by_officer, case} */
int fv_do_complaint_link(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {file, note}: the order to go on with an older log */
int fv_do_log_import(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {}: a backup was made and checked. */
int fv_do_backup_made(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {path}: absolute.  Outside of a transaction. */
int fv_do_backup(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {}: keep a mark, to see that the store takes something. */
int fv_do_probe(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {started_ms, args, packs}: begin a run of the audit; answers run. */
int fv_do_audit_begin(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {run, cursor, tally, end_ms or null, rows}: append findings, and how far the run got. */
int fv_do_audit_put(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {devices: [[no, size, sealed]], refilled: [[no, seq]], cases: [id]}: trails that were looked
 * at, and cases that wait to be judged. */
int fv_do_rejudge_note(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {judged_ms, rows, pictures, done: [[case, touched]], round}: what was judged. */
int fv_do_rejudge_put(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by, decision, reason, text, findings: [{finding, inputs_hash}]}: decide, each a REVIEW
 * leaf; answers decided, decision, leaves. */
int fv_do_review(struct fv_host *host, const json_t *request, json_t **answer_out);
/* The same by an agency's manager: it is shown and decides nothing. */
int fv_do_propose(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {by}: somebody has looked at the first view; answers change, at_ms. */
int fv_do_looked(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {}: the signed checkpoint of now.  Outside of a transaction. */
int fv_do_checkpoint(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {who, salt, manifest}: log an export; answers index and checkpoint.  Outside of one. */
int fv_do_export_log(struct fv_host *host, const json_t *request, json_t **answer_out);

/* {dev, seq, by}: log that somebody opens a note or an attachment; answers leaf. */
int fv_do_note_access(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {case, by}: log that somebody opens a case's card; answers leaf. */
int fv_do_card_access(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {dev, seq, note, capsules, by}: keep capsules for further readers; answers leaf. */
int fv_do_note_rewrap(struct fv_host *host, const json_t *request, json_t **answer_out);
/* One change of the roster that is being drawn up: {add, teams}, {drop: {what, id}},
 * {officer: {id, name}}, {threshold}, {pack_threshold} or {discard}. */
int fv_do_roster_draft(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {note}: take a supervisor's signature of the draft; with enough of them it is imported.
 * Answers in_force, signed, needed. */
int fv_do_roster_cosign(struct fv_host *host, const json_t *request, json_t **answer_out);

/* {folder, name, kind, sha256, size, is_taken, text, zone, excel_dates}: take a file of the
 * watched folder by the verb of its kind, with its row; answers as that verb and leaf, inbox:
 * {id, filed_as, taken}.  One that was taken and is not filed is answered as then. */
int fv_do_inbox_take(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {folder, name, kind, sha256, size, is_taken, faults, line}: keep that it was refused. */
int fv_do_inbox_refuse(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {id}: the file and its result lie where they belong. */
int fv_do_inbox_filed(struct fv_host *host, const json_t *request, json_t **answer_out);
/* {folder}: what was taken or refused and is not filed; answers waiting. */
int fv_do_inbox_waiting(struct fv_host *host, const json_t *request, json_t **answer_out);

#endif
