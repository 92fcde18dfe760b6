/*
 * The verbs of fieldvisitd: one function each, in a file of its own.
 *
 * argv[0] is the verb.  Each returns the program's exit code: 0 yes or done, 1 the
 * answer is no, 2 bad usage or input, sysexits above 63.
 */
#ifndef FV_SERVER_CMD_H
#define FV_SERVER_CMD_H

#include <stdbool.h>

#define CMD_OK 0
#define CMD_NO 1
#define CMD_USAGE 2

int cmd_audit(int argc, char **argv);
int cmd_exits(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_pack(int argc, char **argv);
int cmd_serve(int argc, char **argv);

/* These work on the data folder, beside a running server or without one. */
int cmd_agency_add(int argc, char **argv);
int cmd_agency_certificate(int argc, char **argv);
int cmd_agency_close(int argc, char **argv);
int cmd_agency_import(int argc, char **argv);
int cmd_agency_list(int argc, char **argv);
int cmd_agency_set(int argc, char **argv);
int cmd_agency_show(int argc, char **argv);
int cmd_alert_ack(int argc, char **argv);
int cmd_alert_list(int argc, char **argv);
int cmd_audit_run(int argc, char **argv);
int cmd_audit_standing(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_calendar_list(int argc, char **argv);
int cmd_case_assign(int argc, char **argv);
int cmd_case_close(int argc, char **argv);
int cmd_case_import(int argc, char **argv);
int cmd_case_list(int argc, char **argv);
int cmd_case_place(int argc, char **argv);
int cmd_case_show(int argc, char **argv);
int cmd_complaint_answer(int argc, char **argv);
int cmd_complaint_hold(int argc, char **argv);
int cmd_complaint_link(int argc, char **argv);
int cmd_complaint_list(int argc, char **argv);
int cmd_complaint_open(int argc, char **argv);
int cmd_complaint_show(int argc, char **argv);
int cmd_credential_check(int argc, char **argv);
int cmd_desk_add(int argc, char **argv);
int cmd_desk_disable(int argc, char **argv);
int cmd_desk_enable(int argc, char **argv);
int cmd_case_report(int argc, char **argv);
int cmd_desk_token(int argc, char **argv);
int cmd_desk_link(int argc, char **argv);
int cmd_desk_list(int argc, char **argv);
int cmd_device_import(int argc, char **argv);
int cmd_device_info(int argc, char **argv);
int cmd_device_list(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_history_import(int argc, char **argv);
int cmd_inbox_list(int argc, char **argv);
int cmd_inbox_run(int argc, char **argv);
int cmd_invite_import(int argc, char **argv);
int cmd_officer_add(int argc, char **argv);
int cmd_officer_disable(int argc, char **argv);
int cmd_officer_enable(int argc, char **argv);
int cmd_officer_expire(int argc, char **argv);
int cmd_officer_import(int argc, char **argv);
int cmd_officer_list(int argc, char **argv);
int cmd_officer_set(int argc, char **argv);
int cmd_officer_show(int argc, char **argv);
int cmd_log_draft(int argc, char **argv);
int cmd_log_import(int argc, char **argv);
int cmd_outcomes(int argc, char **argv);
int cmd_pack_import(int argc, char **argv);
int cmd_pack_lint(int argc, char **argv);
int cmd_payment_import(int argc, char **argv);
int cmd_plan_close(int argc, char **argv);
int cmd_plan_import(int argc, char **argv);
int cmd_plan_list(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_review(int argc, char **argv);
int cmd_review_reasons(int argc, char **argv);
int cmd_roster_export(int argc, char **argv);
int cmd_roster_import(int argc, char **argv);
int cmd_settings_import(int argc, char **argv);
int cmd_settings_show(int argc, char **argv);
int cmd_slip_find(int argc, char **argv);
/* "roster show" without a file: the roster that this server holds. */
int cmd_roster_held(bool as_json);

/* These run off the server and never open a data folder. */
int cmd_calendar_import(int argc, char **argv);
int cmd_case_seal(int argc, char **argv);
int cmd_device_approve(int argc, char **argv);
int cmd_device_lose(int argc, char **argv);
int cmd_device_replace(int argc, char **argv);
int cmd_device_retire(int argc, char **argv);
int cmd_device_revoke(int argc, char **argv);
int cmd_device_wipe(int argc, char **argv);
int cmd_invite(int argc, char **argv);
int cmd_log_sign(int argc, char **argv);
int cmd_note_open(int argc, char **argv);
int cmd_officer_invite(int argc, char **argv);
int cmd_pack_publish(int argc, char **argv);
int cmd_pack_sign(int argc, char **argv);
int cmd_roster_new(int argc, char **argv);
int cmd_roster_set(int argc, char **argv);
int cmd_roster_show(int argc, char **argv);
int cmd_roster_sign(int argc, char **argv);
int cmd_settings_set(int argc, char **argv);
int cmd_settings_sign(int argc, char **argv);
int cmd_settings_unset(int argc, char **argv);
int cmd_supervisor_add(int argc, char **argv);
int cmd_supervisor_keygen(int argc, char **argv);

/* Print "fieldvisitd: " and a message to stderr.  Returns CMD_USAGE, for `return`. */
int cmd_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* True when the first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG that is set is Chinese. */
bool cmd_speaks_chinese(void);

/* Flush stdout and say so when what was printed did not arrive.  Returns `code` or
 * CMD_USAGE: `audit replay` knows 0, 1 and 2 only. */
int cmd_finish(int code);

#endif
