/* fieldvisitd pack check and show: packs for those who write them and for lawyers. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fv/audit.h"
#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/packfile.h"

#define USAGE                                                                                 \
	"usage: fieldvisitd pack check FILE...\n"                                             \
	"       fieldvisitd pack show [--rules DIR] ID[@rN]|FILE.json\n"                      \
	"       fieldvisitd pack schema"

static int
usage(const char *why)
{
	fprintf(stderr, "fieldvisitd: %s\n" USAGE "\n", why);
	return CMD_USAGE;
}

static int
check(int argc, char **argv)
{
	int code = CMD_OK;

	if (argc < 2)
		return usage("pack check needs a file");
	for (int i = 1; i < argc; i++) {
		struct packfile file;
		if (packfile_open(argv[i], "", 0, &file) != FV_OK) {
			code = CMD_USAGE;
			continue;
		}
		const struct fv_rulepack *pack = file.pack;
		printf("%s: pack %s r%u, %zu rules, %zu rows not encoded, SHA-256 ", argv[i],
		    pack->id, pack->revision, pack->rule_count, pack->not_encoded_count);
		for (size_t b = 0; b < FV_HASH_BYTES; b++)
			printf("%02x", pack->sha256.b[b]);
		putchar('\n');
		packfile_close(&file);
	}
	return cmd_finish(code);
}

static void
print_date(const char *label, bool is_set, int64_t days)
{
	struct fv_civil c;

	if (!is_set)
		return;
	fv_civil_from_days(days, &c);
	printf("%s%04d-%02d-%02d", label, (int)c.year, (int)c.month, (int)c.day);
}

static void
print_rule(const struct fv_rule *rule)
{
	struct fv_buf cite = {0};

	fv_audit_put_citation(&cite, rule, false);
	const char *z = fv_buf_z(&cite);
	printf("\n%s %s", rule->id, rule->is_enabled ? "" : "  (switched off)");
	for (size_t i = 0; i < rule->clause_count; i++)
		printf(" %s, %s the visit, a breach is %s%s",
		    fv_code_word(FV_CODES_KIND, rule->clauses[i].kind),
		    fv_code_word(FV_CODES_PHASE, rule->clauses[i].phase),
		    fv_code_word(FV_CODES_ON_BREACH, rule->clauses[i].on_breach),
		    i + 1 < rule->clause_count ? ";" : "\n");
	printf("  %s\n  %s\n", rule->text_en, rule->text_zh);
	printf("  %s; strength %s, severity %u, confidence %s\n",
	    z == NULL ? rule->citation : z, fv_code_word(FV_CODES_STRENGTH, rule->strength),
	    fv_strength_severity(rule->strength),
	    fv_code_word(FV_CODES_CONFIDENCE, rule->confidence));
	print_date("  in force from ", rule->has_from, rule->from_days);
	print_date(rule->has_from ? " until " : "  in force until ", rule->has_until,
	    rule->until_days);
	if (rule->has_from || rule->has_until)
		putchar('\n');
	fv_buf_clear(&cite);
}

static void
print_pack(const struct fv_rulepack *pack)
{
	printf("%s r%u: %s\n%s\njurisdiction %s\n", pack->id, pack->revision, pack->title_en,
	    pack->title_zh, pack->jurisdiction);
	for (size_t i = 0; i < pack->source_count; i++)
		printf("source: %s\n  %s\n", pack->sources[i].title, pack->sources[i].where);
	for (size_t i = 0; i < pack->rule_count; i++)
		print_rule(&pack->rules[i]);
	for (size_t i = 0; i < pack->not_encoded_count; i++)
		printf("%s%s  not encoded: %s\n", i == 0 ? "\n" : "", pack->not_encoded[i].id,
		    pack->not_encoded[i].reason);
}

static int
show(int argc, char **argv)
{
	char folder[PACKFILE_PATH_MAX];
	const char *rules = NULL;
	struct fv_rulepack *pack;
	int at = 1;

	if (argc > 2 && strcmp(argv[1], "--rules") == 0) {
		rules = argv[2];
		at = 3;
	}
	if (argc - at != 1)
		return usage("pack show needs one pack");
	if (packfile_folder(rules, folder) != FV_OK && rules != NULL)
		return cmd_fail("--rules %s: not a folder", rules);
	if (packfile_find(folder, argv[at], time(NULL) / 86400, &pack) != FV_OK)
		return CMD_USAGE;
	print_pack(pack);
	fv_rulepack_free(pack);
	return cmd_finish(CMD_OK);
}

/* The schema that ships is this output. */
static int
schema(int argc)
{
	struct fv_buf out = {0};
	const char *text;

	if (argc != 1)
		return usage("pack schema takes nothing more");
	fv_rulepack_put_schema(&out);
	if ((text = fv_buf_z(&out)) == NULL)
		return cmd_fail("out of memory");
	fputs(text, stdout);
	fv_buf_clear(&out);
	return cmd_finish(CMD_OK);
}

int
cmd_pack(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "schema") == 0)
		return schema(argc - 1);
	if (argc >= 2 && strcmp(argv[1], "check") == 0)
		return check(argc - 1, argv + 1);
	if (argc >= 2 && strcmp(argv[1], "show") == 0)
		return show(argc - 1, argv + 1);
	return usage("pack knows check, show and schema");
}
