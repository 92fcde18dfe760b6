/* fieldvisitd audit replay: judge a plain file of cases, contacts and events. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/audit.h"
#include "fv/history.h"
#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/packfile.h"
#include "sync-server/zones.h"

#define USAGE                                                                                 \
	"usage: fieldvisitd audit replay --pack ID[@rN]|FILE.json [--pack ...] "              \
	"[--as-of DATE] [--rules DIR] [--json] FILE|-"

/* One run. */
struct replay {
	const char *names[FV_AUDIT_PACKS_MAX]; /* of packs, as asked for */
	size_t pack_count;
	struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX]; /* owned */
	const char *rules;                             /* --rules */
	int64_t today;                                 /* days since 1970-01-01 */
	bool is_json;
	bool is_chinese;
	const char *file;
	struct fv_history *history; /* owned */
	struct zones zones;
	struct fv_audit *audit; /* owned */
	struct fv_buf row;
	size_t tally[FV_VERDICT_FAIL + 1]; /* rows of each verdict */
};

static int
usage(const char *why, const char *what)
{
	fprintf(stderr, "fieldvisitd: %s%s%s\n" USAGE "\n", why, what == NULL ? "" : " ",
	    what == NULL ? "" : what);
	return CMD_USAGE;
}

static int
read_options(struct replay *r, int argc, char **argv)
{
	static const struct option options[] = {{"pack", required_argument, NULL, 'p'},
	    {"as-of", required_argument, NULL, 'd'}, {"rules", required_argument, NULL, 'r'},
	    {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			if (r->pack_count == FV_AUDIT_PACKS_MAX)
				return usage("too many packs; 64 are allowed", NULL);
			r->names[r->pack_count++] = optarg;
			break;
		case 'd':
			if (fv_date_parse(fv_span_z(optarg), &r->today) != FV_OK)
				return usage(
				    "--as-of takes a date such as 2026-03-02, not", optarg);
			break;
		case 'r':
			r->rules = optarg;
			break;
		case 'j':
			r->is_json = true;
			break;
		case ':':
			return usage("a value is missing after", argv[optind - 1]);
		default:
			return usage("no such option:", argv[optind - 1]);
		}
	}
	if (r->pack_count == 0)
		return usage("name a pack with --pack, such as --pack cn-cba-2026", NULL);
	if (optind != argc - 1)
		return usage(optind == argc ? "name one file, or - for standard input"
					    : "name one file only; not also",
		    optind == argc ? NULL : argv[argc - 1]);
	r->file = argv[optind];
	return CMD_OK;
}

/* One is laid over the other, or both over a third: the law would be counted twice. */
static bool
has_same_base(const struct fv_rulepack *a, const struct fv_rulepack *b)
{
	const char *x = a->extends != NULL ? a->extends : a->id;
	const char *y = b->extends != NULL ? b->extends : b->id;

	return strcmp(x, y) == 0;
}

static int
load_packs(struct replay *r)
{
	char folder[PACKFILE_PATH_MAX];

	if (packfile_folder(r->rules, folder) != FV_OK && r->rules != NULL)
		return cmd_fail("--rules %s: not a folder", r->rules);
	for (size_t i = 0; i < r->pack_count; i++) {
		if (packfile_find(folder, r->names[i], r->today, &r->packs[i]) != FV_OK)
			return CMD_USAGE;
		for (size_t k = 0; k < i; k++)
			if (strcmp(r->packs[k]->id, r->packs[i]->id) == 0)
				return cmd_fail("--pack %s: pack %s was named before",
				    r->names[i], r->packs[i]->id);
			else if (has_same_base(r->packs[k], r->packs[i]))
				return cmd_fail(
				    "--pack %s: it and %s are the same law, one laid over it; "
				    "name one of them",
				    r->names[i], r->packs[k]->id);
	}
	return CMD_OK;
}

static int
explain(const struct replay *r, const struct fv_history_error *e)
{
	const char *file = strcmp(r->file, "-") == 0 ? "standard input" : r->file;
	char line[16] = "";

	if (e->line > 0)
		snprintf(line, sizeof line, ":%u", e->line);
	if (e->field[0] == '\0')
		return cmd_fail("%s%s: %s", file, line, e->text);
	return cmd_fail("%s%s: field \"%s\": %s", file, line, e->field, e->text);
}

static int
read_lines(struct replay *r, FILE *f)
{
	struct fv_history_error error;
	char *line = NULL;
	size_t cap = 0;
	uint32_t number = 0;
	int code = CMD_OK;
	ssize_t n;

	while (code == CMD_OK && (n = getline(&line, &cap, f)) >= 0) {
		size_t len = (size_t)n;
		if (len > 0 && line[len - 1] == '\n')
			len--;
		if (fv_history_add_line(r->history, fv_span_of(line, len), ++number, &error) !=
		    FV_OK)
			code = explain(r, &error);
	}
	if (code == CMD_OK && ferror(f) != 0)
		code = cmd_fail("%s: %s", r->file, strerror(errno));
	free(line);
	return code;
}

/* Zones are known only here, where files can be read. */
static int
check_zones(struct replay *r)
{
	for (size_t i = 0; i < fv_history_case_count(r->history); i++) {
		const struct fv_case *c = fv_history_case(r->history, i)->subject;
		for (size_t z = 0; z < c->zones.count; z++) {
			struct fv_history_error e = {.line = c->line};
			if (zones_get(c->zones.items[z], &r->zones) != NULL)
				continue;
			snprintf(e.field, sizeof e.field, "%s",
			    c->zones.count > 1 ? "zones" : "zone");
			snprintf(e.text, sizeof e.text,
			    "\"%.64s\" is not a zone of the time zone database in %s",
			    c->zones.items[z], FV_ZONEFILE_FOLDER);
			return explain(r, &e);
		}
	}
	return CMD_OK;
}

static int
load_history(struct replay *r)
{
	struct fv_history_error error;
	bool is_stdin = strcmp(r->file, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(r->file, "re");
	int code;

	if (f == NULL)
		return cmd_fail("%s: %s", r->file, strerror(errno));
	if (fv_history_new(&r->history) != FV_OK) {
		code = cmd_fail("out of memory");
	} else if ((code = read_lines(r, f)) == CMD_OK) {
		enum fv_err rc = fv_history_finish(r->history, &error);
		if (rc == FV_ENOENT)
			code = explain(r, &error);
		else if (rc != FV_OK)
			code = cmd_fail("%s", fv_err_text(rc));
		else
			code = check_zones(r);
	}
	if (!is_stdin)
		fclose(f);
	return code;
}

static void
put_row(struct replay *r, const struct fv_finding *f)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (r->is_json) {
		fv_audit_put_json(&r->row, f);
	} else {
		struct fv_civil c;
		const struct fv_zone *zone = zones_get(f->subject->zones.items[0], &r->zones);
		fv_zone_civil(zone, f->contact->begin_utc_ms, &c);
		snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d", (int)c.year,
		    (int)c.month, (int)c.day, (int)c.hour, (int)c.minute);
		fv_buf_putf(&r->row, "%-16s  %-12s  %-6s  %-16s %-12s  ", text, f->contact->id,
		    fv_verdict_word(f->verdict), f->pack->id, f->rule->id);
		fv_audit_put_why(&r->row, f, r->is_chinese);
	}
	fv_buf_put_u8(&r->row, '\n');
}

static enum fv_err
on_finding(const struct fv_finding *finding, void *ctx)
{
	struct replay *r = ctx;

	r->tally[finding->verdict]++;
	if (!r->is_json && finding->verdict == FV_VERDICT_NA)
		return FV_OK;
	fv_buf_reset(&r->row);
	put_row(r, finding);
	enum fv_err rc = fv_buf_status(&r->row);
	if (rc == FV_OK && fwrite(r->row.ptr, 1, r->row.len, stdout) != r->row.len)
		rc = FV_EIO;
	return rc;
}

static int
judge(struct replay *r)
{
	const struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX];
	struct fv_audit_opts opts = {.packs = packs,
	    .pack_count = r->pack_count,
	    .zone = zones_get,
	    .ctx = &r->zones,
	    .tzdata = r->zones.version[0] == '\0' ? NULL : r->zones.version,
	    .today_utc_ms = (r->today + 1) * FV_MS_PER_DAY};
	enum fv_err rc;

	for (size_t i = 0; i < r->pack_count; i++)
		packs[i] = r->packs[i];
	if ((rc = fv_audit_new(&opts, &r->audit)) != FV_OK)
		return cmd_fail("%s", fv_err_text(rc));
	for (size_t i = 0; i < fv_history_case_count(r->history); i++) {
		rc = fv_audit_case(r->audit, fv_history_case(r->history, i), on_finding, r);
		if (rc == FV_EIO)
			return cmd_finish(CMD_USAGE);
		if (rc != FV_OK)
			return cmd_fail("%s", fv_err_text(rc));
	}
	if (!r->is_json)
		printf("%zu fail, %zu review, %zu pass, %zu n/a\n", r->tally[FV_VERDICT_FAIL],
		    r->tally[FV_VERDICT_REVIEW], r->tally[FV_VERDICT_PASS],
		    r->tally[FV_VERDICT_NA]);
	return cmd_finish(r->tally[FV_VERDICT_FAIL] > 0 ? CMD_NO : CMD_OK);
}

static int
replay(int argc, char **argv)
{
	struct replay r = {.today = time(NULL) / 86400, .is_chinese = cmd_speaks_chinese()};
	int code = read_options(&r, argc, argv);

	if (code == CMD_OK)
		code = load_packs(&r);
	zones_init(&r.zones, NULL);
	if (code == CMD_OK)
		code = load_history(&r);
	if (code == CMD_OK)
		code = judge(&r);
	fv_audit_free(r.audit);
	fv_history_free(r.history);
	zones_clear(&r.zones);
	for (size_t i = 0; i < r.pack_count; i++)
		fv_rulepack_free(r.packs[i]);
	fv_buf_clear(&r.row);
	return code;
}

int
cmd_audit(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "replay") != 0)
		return usage(argc < 2 ? "audit needs a verb of its own: replay"
				      : "audit knows replay only, not",
		    argc < 2 ? NULL : argv[1]);
	return replay(argc - 1, argv + 1);
}
