/* fieldvisitd report: a supervisor's day, for people, as CSV or as JSON. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "sync-server/cmd.h"
#include "sync-server/report.h"
#include "sync-server/verb.h"

static const char usage_text[] =
    "usage: fieldvisitd report [--day YYYY-MM-DD] [--case ID] [--as-of YYYY-MM-DD]\n"
    "                          [--json | --csv]\n"
    "  The visits of a day (of today, in the time zone of each case), with verdicts, "
    "citations\n"
    "  and what is out of the ordinary.  --case without --day shows all days of that case.\n"
    "  --as-of pretends that today is that date.\n";

enum form { FORM_TABLE, FORM_CSV, FORM_JSON };

struct args {
	struct report_options options;
	enum form form;
	int64_t today; /* days since 1970-01-01 */
};

static int
usage(const char *why)
{
	fprintf(stderr, "fieldvisitd: report: %s\n%s", why, usage_text);
	return CMD_USAGE;
}

static bool
speaks_chinese(void)
{
	static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return strncmp(v, "zh", 2) == 0;
	}
	return false;
}

static int
read_args(int argc, char **argv, struct args *a)
{
	static const struct option options[] = {{"day", required_argument, NULL, 'd'},
	    {"case", required_argument, NULL, 'c'}, {"as-of", required_argument, NULL, 'a'},
	    {"json", no_argument, NULL, 'j'}, {"csv", no_argument, NULL, 's'},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			if (fv_date_parse(fv_span_z(optarg), &a->options.day) != FV_OK)
				return usage("--day takes a date such as 2026-03-02");
			a->options.has_day = true;
			break;
		case 'c':
			if (!fv_id_valid(fv_span_z(optarg), FV_CASE_ID_BYTES - 1))
				return usage(
				    "--case takes the id of a case: letters, digits and ._-");
			a->options.case_id = optarg;
			break;
		case 'a':
			if (fv_date_parse(fv_span_z(optarg), &a->today) != FV_OK)
				return usage("--as-of takes a date such as 2026-03-02");
			break;
		case 'j':
		case 's':
			if (a->form != FORM_TABLE)
				return usage("--json and --csv are two forms: choose one");
			a->form = c == 'j' ? FORM_JSON : FORM_CSV;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(cmd_finish(CMD_OK));
		default:
			return usage("an option is not known or has no value");
		}
	}
	if (optind != argc)
		return usage("it takes options only");
	a->options.all_days = a->options.case_id != NULL && !a->options.has_day;
	return CMD_OK;
}

static int
write_report(const struct report *report, enum form form)
{
	struct fv_buf out = {0};
	int code = FV_EXIT_IO;

	if (form == FORM_CSV)
		report_put_csv(&out, report);
	else if (form == FORM_JSON)
		report_put_json(&out, report);
	else
		report_put_table(&out, report);
	if (fv_buf_status(&out) != FV_OK)
		cmd_fail("report: out of memory");
	else if (fwrite(out.ptr, 1, out.len, stdout) == out.len)
		code = cmd_finish(CMD_OK);
	fv_buf_clear(&out);
	return code;
}

int
cmd_report(int argc, char **argv)
{
	struct args a = {.options = {.now_ms = fv_host_now_ms()}};
	struct report report;
	struct fv_store *store;
	struct judge *judge = NULL;
	enum fv_err rc;
	int code;

	a.today = a.options.now_ms / FV_MS_PER_DAY;
	a.options.is_chinese = speaks_chinese();
	if ((code = read_args(argc, argv, &a)) != CMD_OK ||
	    (code = fv_verb_open(&store)) != CMD_OK)
		return code;
	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = judge_open(&judge, store,
		    &(struct judge_opts){
			.today_utc_ms = (a.today + 1) * FV_MS_PER_DAY, .has_texts = true});
	if (rc == FV_OK)
		rc = report_make(&report, store, judge, &a.options);
	if (rc == FV_OK) {
		code = write_report(&report, a.form);
		report_clear(&report);
	} else if (rc == FV_ENOENT && a.options.case_id != NULL) {
		cmd_fail(
		    "%s: no such case; 'fieldvisitd case list' shows them", a.options.case_id);
		code = FV_EXIT_NOINPUT;
	} else {
		cmd_fail("report: %s (%s)", fv_err_text(rc), fv_store_error(store));
		code = FV_EXIT_IO;
	}
	judge_close(judge);
	fv_store_view_end(store);
	fv_store_close(store);
	return code;
}
