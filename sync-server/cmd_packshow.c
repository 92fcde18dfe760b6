/* fieldvisitd pack show and diff: packs in words, for lawyers. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fv/audit.h"
#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/cmd_pack.h"
#include "sync-server/packdiff.h"
#include "sync-server/packfile.h"
#include "sync-server/packwords.h"

/* What is being printed, and in which language. */
struct page {
	const struct fv_rulepack *pack;
	bool chinese;
	struct fv_buf line;
};

#define SAY(page, en, zh) ((page)->chinese ? (zh) : (en))

static void
print_line(struct page *p)
{
	const char *text = fv_buf_z(&p->line);

	puts(text == NULL ? "" : text);
	fv_buf_reset(&p->line);
}

static void
put_date(struct fv_buf *out, int64_t days)
{
	struct fv_civil c;

	fv_civil_from_days(days, &c);
	fv_buf_putf(out, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
}

static void
put_dates(struct page *p, bool has_from, int64_t from, bool has_until, int64_t until)
{
	if (has_from) {
		fv_buf_put_z(&p->line, SAY(p, "; in force from ", "；生效 "));
		put_date(&p->line, from);
	}
	if (has_until) {
		fv_buf_put_z(&p->line,
		    has_from ? SAY(p, " until ", "，至 ")
			     : SAY(p, "; in force until ", "；有效至 "));
		put_date(&p->line, until);
	}
}

static void
print_bits(struct page *p, const char *label, enum fv_code_set codes, uint32_t bits)
{
	json_t *list = json_array();

	for (uint32_t i = 1; i <= fv_code_count(codes); i++)
		if ((bits & fv_code_bit(i)) != 0)
			(void)json_array_append_new(list, json_string(fv_code_word(codes, i)));
	if (bits != 0) {
		fv_buf_putf(&p->line, "%s ", label);
		packwords_put(&p->line, list, p->chinese);
		print_line(p);
	}
	json_decref(list);
}

static void
print_parameter(struct page *p, const char *name, const json_t *value)
{
	fv_buf_putf(
	    &p->line, "      %s%s", packwords_field(name, p->chinese), SAY(p, ": ", "："));
	packwords_put(&p->line, value, p->chinese);
	print_line(p);
}

/* Whether the ends of a window count is said also where the pack takes it for granted. */
static void
print_edges(struct page *p, const struct fv_time_rule *t, const json_t *said)
{
	const struct {
		const char *name;
		enum fv_code_set codes;
		uint32_t code;
	} edges[] = {{"edge_from", FV_CODES_EDGE, t->edge_from},
	    {"edge_to", FV_CODES_EDGE, t->edge_to}, {"overrun", FV_CODES_OVERRUN, t->overrun}};

	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		if (json_object_get(said, edges[i].name) != NULL)
			continue;
		json_t *word = json_string(fv_code_word(edges[i].codes, edges[i].code));
		print_parameter(p, edges[i].name, word);
		json_decref(word);
	}
}

/* One thing that a rule asks; what the clause does not say is the rule's. */
static void
print_clause(
    struct page *p, const json_t *rule, const json_t *clause, const struct fv_clause *read)
{
	static const char *const own[] = {"channels", "phase", "on_breach", "from", "until"};
	const char *kind = json_string_value(json_object_get(clause, "kind"));
	const char *name;
	json_t *value;

	fv_buf_putf(&p->line, "  - %s", kind == NULL ? "?" : packwords_kind(kind, p->chinese));
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		const json_t *v = json_object_get(clause, own[i]);
		if (v == NULL && i < 3)
			v = json_object_get(rule, own[i]);
		if (v == NULL || json_is_null(v) || (i >= 3 && clause == rule))
			continue;
		fv_buf_putf(&p->line, "%s%s%s", SAY(p, "; ", "；"),
		    packwords_field(own[i], p->chinese), SAY(p, " ", "："));
		packwords_put(&p->line, v, p->chinese);
	}
	print_line(p);
	json_object_foreach(json_object_get(clause, "parameters"), name, value)
	{
		print_parameter(p, name, value);
	}
	if (read->kind == FV_RULE_TIME_WINDOW)
		print_edges(p, &read->u.time, json_object_get(clause, "parameters"));
}

static void
print_rule(struct page *p, const struct fv_rule *rule, const json_t *json)
{
	const json_t *clauses = json_object_get(json, "clauses");
	const char *first = SAY(p, rule->text_en, rule->text_zh);
	const char *second = SAY(p, rule->text_zh, rule->text_en);

	printf("\n%s%s\n  %s\n  %s\n", rule->id,
	    rule->is_enabled ? "" : SAY(p, "  (switched off)", "  （停用）"), first, second);
	fv_buf_put_z(&p->line, "  ");
	fv_audit_put_citation(&p->line, rule, p->chinese);
	fv_buf_put_z(&p->line, SAY(p, "; strength ", "；效力 "));
	json_t *strength = json_string(fv_code_word(FV_CODES_STRENGTH, rule->strength));
	packwords_put(&p->line, strength, p->chinese);
	json_decref(strength);
	fv_buf_putf(&p->line, SAY(p, ", severity %u, confidence %s", "，严重度 %u，可信度 %s"),
	    fv_strength_severity(rule->strength),
	    fv_code_word(FV_CODES_CONFIDENCE, rule->confidence));
	put_dates(p, rule->has_from, rule->from_days, rule->has_until, rule->until_days);
	if (rule->window_days > 0)
		fv_buf_putf(&p->line, SAY(p, "; looks back %u days", "；回溯 %u 天"),
		    rule->window_days);
	print_line(p);
	for (size_t i = 0; i < json_array_size(clauses); i++)
		print_clause(p, json, json_array_get(clauses, i), &rule->clauses[i]);
	if (clauses == NULL)
		print_clause(p, json, json, rule->clauses);
}

static void
print_calendar(struct page *p, const struct fv_calendar *c)
{
	fv_buf_putf(&p->line, SAY(p, "calendar %s:", "节假日历 %s："), c->id);
	for (size_t i = 0; i < c->zones.count; i++)
		fv_buf_putf(&p->line, " %s", c->zones.items[i]);
	fv_buf_put_z(&p->line, SAY(p, "; covers ", "；涵盖 "));
	put_date(&p->line, c->from_days);
	fv_buf_put_z(&p->line, SAY(p, " to ", " 至 "));
	put_date(&p->line, c->until_days);
	fv_buf_putf(&p->line,
	    SAY(p, ", %zu holidays, %zu weekend days worked; confidence %s",
		"，节假日 %zu 天，调休工作日 %zu 天；可信度 %s"),
	    c->day_count, c->workday_count, fv_code_word(FV_CODES_CONFIDENCE, c->confidence));
	print_line(p);
	printf("  %s\n", c->source);
}

static void
print_head(struct page *p)
{
	const struct fv_rulepack *pack = p->pack;

	printf("%s r%u: %s\n%s\n", pack->id, pack->revision,
	    SAY(p, pack->title_en, pack->title_zh), SAY(p, pack->title_zh, pack->title_en));
	fv_buf_putf(&p->line, SAY(p, "jurisdiction %s, published ", "法域 %s，发布于 "),
	    pack->jurisdiction);
	put_date(&p->line, pack->published_days);
	print_line(p);
	if (pack->extends != NULL) {
		fv_buf_putf(&p->line, SAY(p, "laid over %s, SHA-256 ", "叠加于 %s，SHA-256 "),
		    pack->extends);
		fv_buf_put_hex(&p->line, pack->base_sha256.b, sizeof pack->base_sha256.b);
		print_line(p);
	}
	print_bits(p, SAY(p, "binds", "适用主体"), FV_CODES_ACTOR, pack->actors);
	print_bits(p, SAY(p, "about", "适用产品"), FV_CODES_PRODUCT, pack->products);
	for (size_t i = 0; i < pack->source_count; i++)
		printf(SAY(p, "source: %s\n  %s\n", "来源：%s\n  %s\n"),
		    pack->sources[i].title, pack->sources[i].where);
	for (size_t i = 0; i < pack->calendar_count; i++)
		print_calendar(p, &pack->calendars[i]);
}

static int
print_pack(const struct packfile *file)
{
	struct page page = {.pack = file->pack, .chinese = cmd_speaks_chinese()};
	json_t *json;

	if (packdiff_load(fv_buf_span(&file->bytes), fv_buf_span(&file->base), &json) != FV_OK)
		return cmd_fail("out of memory");
	const json_t *rules = json_object_get(json, "rules");
	print_head(&page);
	for (size_t i = 0; i < file->pack->rule_count; i++)
		print_rule(&page, &file->pack->rules[i], json_array_get(rules, i));
	for (size_t i = 0; i < file->pack->not_encoded_count; i++)
		printf("%s%s  %s %s\n", i == 0 ? "\n" : "", file->pack->not_encoded[i].id,
		    SAY(&page, "not encoded:", "未编入："), file->pack->not_encoded[i].reason);
	fv_buf_clear(&page.line);
	json_decref(json);
	return cmd_finish(CMD_OK);
}

int
cmd_pack_show(int argc, char **argv)
{
	struct pack_options options = {0};
	struct packfile file;
	int code = pack_options_take(&argc, argv, &options);

	if (code != CMD_OK)
		return code;
	if (argc != 2 || options.is_json || options.is_strict || options.ids != NULL)
		return cmd_pack_usage("pack show needs one pack");
	if (packfile_open_named(options.folder, argv[1], options.day, &file) != FV_OK)
		return CMD_USAGE;
	code = print_pack(&file);
	packfile_close(&file);
	return code;
}

/* A comparison being printed. */
struct comparing {
	struct page page;
	bool is_json;
	size_t count;
	char rule[48]; /* the one whose heading stands last */
	json_t *rows;  /* with is_json */
};

static void
print_diff(struct comparing *c, const struct packdiff *d)
{
	struct page *p = &c->page;

	if (d->field[0] == '\0') {
		printf(d->new_value == NULL ? SAY(p, "%s: rule removed\n", "%s：规则删除\n")
					    : SAY(p, "%s: rule added\n", "%s：规则新增\n"),
		    d->rule);
		return;
	}
	if (strcmp(c->rule, d->rule) != 0)
		printf(SAY(p, "%s: changed\n", "%s：修改\n"), d->rule);
	(void)snprintf(c->rule, sizeof c->rule, "%s", d->rule);
	fv_buf_putf(&p->line, "%s%s%s", d->rule[0] != '\0' ? "  " : "",
	    packwords_field(d->field, p->chinese), SAY(p, ": ", "："));
	packwords_put(&p->line, d->old_value, p->chinese);
	fv_buf_put_z(&p->line, " -> ");
	packwords_put(&p->line, d->new_value, p->chinese);
	print_line(p);
}

static json_t *
copy_of(const json_t *value)
{
	return value == NULL ? json_null() : json_deep_copy(value);
}

static void
on_diff(const struct packdiff *d, void *ctx)
{
	struct comparing *c = ctx;
	const char *change = d->field[0] != '\0' ? "changed"
	    : d->new_value == NULL               ? "removed"
						 : "added";

	c->count++;
	if (!c->is_json)
		print_diff(c, d);
	else
		(void)json_array_append_new(c->rows,
		    json_pack("{s:s, s:s, s:s, s:o, s:o}", "rule", d->rule, "change", change,
			"field", d->field, "old", copy_of(d->old_value), "new",
			copy_of(d->new_value)));
}

static int
compare(const struct packfile *a, const struct packfile *b, bool is_json)
{
	struct comparing c = {.page.chinese = cmd_speaks_chinese(), .is_json = is_json};
	json_t *from = NULL, *to = NULL;
	int code = CMD_USAGE;

	c.rows = json_array();
	if (c.rows == NULL ||
	    packdiff_load(fv_buf_span(&a->bytes), fv_buf_span(&a->base), &from) != FV_OK ||
	    packdiff_load(fv_buf_span(&b->bytes), fv_buf_span(&b->base), &to) != FV_OK) {
		cmd_fail("out of memory");
		goto cleanup;
	}
	packdiff_each(from, to, on_diff, &c);
	if (is_json) {
		(void)json_dumpf(c.rows, stdout, JSON_COMPACT);
		putchar('\n');
	} else if (c.count == 0) {
		puts(SAY(&c.page, "no difference", "没有差异"));
	}
	code = cmd_finish(c.count == 0 ? CMD_OK : CMD_NO);
cleanup:
	fv_buf_clear(&c.page.line);
	json_decref(c.rows);
	json_decref(from);
	json_decref(to);
	return code;
}

int
cmd_pack_diff(int argc, char **argv)
{
	struct pack_options options = {0};
	struct packfile a = {0}, b = {0};
	int code = pack_options_take(&argc, argv, &options);

	if (code != CMD_OK)
		return code;
	if (argc != 3 || options.is_strict || options.ids != NULL)
		return cmd_pack_usage("pack diff needs two packs");
	code = CMD_USAGE;
	if (packfile_open_named(options.folder, argv[1], options.day, &a) == FV_OK &&
	    packfile_open_named(options.folder, argv[2], options.day, &b) == FV_OK)
		code = compare(&a, &b, options.is_json);
	packfile_close(&a);
	packfile_close(&b);
	return code;
}
