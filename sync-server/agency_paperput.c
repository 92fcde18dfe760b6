/* The certificate's words. */
#include <stdio.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/agency_paper.h"
#include "sync-server/html.h"
#include "sync-server/report.h"

#define TITLE_ZH "终止委托：数据返还与删除证明"
#define TITLE_EN "Certificate of return and deletion"
#define SAYS_ZH                                                                                            \
	"本证明只载明服务器在上述时间的记录：向哪些手持机下达了清除命令，" \
	"哪些手持机已用自己的签名记录确认。未确认者不视为已清除。"             \
	"手持机以外由受托机构保存的资料，由受托机构另行声明并返还或删除。"
#define SAYS_EN                                                                               \
	"This paper says what the server has recorded at that time: which handhelds were "    \
	"ordered to wipe, and which have confirmed it by a record of their own. What is not " \
	"confirmed is not said to be wiped. What the agency keeps outside these handhelds "   \
	"it declares, returns or deletes itself."
#define SIGN_ZH "受托机构负责人（签字、日期）"
#define SIGN_EN "For the agency (signature, date)"
#define BANK_ZH "委托机构（签字、盖章、日期）"
#define BANK_EN "For the house (signature, seal, date)"

static const char *
at(int64_t ms, char out[FV_INSTANT_TEXT_BYTES])
{
	return fv_instant_format(ms / 1000 * 1000, 0, true, out);
}

/* "1a2b...": what names a handheld everywhere. */
static void
put_dev(struct fv_buf *out, const struct paper_device *d)
{
	fv_buf_put_hex(out, d->dev, sizeof d->dev);
}

static void
put_revoked(struct fv_buf *out, const struct paper_device *d)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (!d->is_revoked)
		fv_buf_put_z(out, "否 no");
	else if (d->revoked_leaf == UINT64_MAX)
		fv_buf_put_z(out, at(d->revoked_ms, text));
	else
		fv_buf_putf(out, "%s, 账本 ledger %llu", at(d->revoked_ms, text),
		    (unsigned long long)d->revoked_leaf);
}

static void
put_ordered(struct fv_buf *out, const struct paper_device *d)
{
	char text[FV_INSTANT_TEXT_BYTES];

	fv_buf_put_z(out, d->has_order ? at(d->ordered_ms, text) : "否 no");
}

static void
put_wiped(struct fv_buf *out, const struct paper_device *d)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (!d->is_wiped) {
		fv_buf_put_z(out, "未确认 NOT CONFIRMED");
		return;
	}
	fv_buf_putf(out, "%s, 记录 record %llu%s, ", at(d->wiped_ms, text),
	    (unsigned long long)d->wiped_seq,
	    d->is_by_order ? "" : " (密码错误十次 ten wrong PINs)");
	if (d->is_covered)
		fv_buf_putf(out, "账本 ledger %llu", (unsigned long long)d->head_leaf);
	else
		fv_buf_put_z(out, "尚未签封 not sealed yet");
}

static void
put_heard(struct fv_buf *out, const struct paper_device *d)
{
	char text[FV_INSTANT_TEXT_BYTES];

	fv_buf_put_z(out, d->last_sync_ms != 0 ? at(d->last_sync_ms, text) : "从未 never");
}

static size_t
count_wiped(const struct paper *paper)
{
	size_t count = 0;

	for (size_t i = 0; i < paper->device_count; i++)
		count += paper->devices[i].is_wiped && paper->devices[i].is_covered;
	return count;
}

/* Agency, house, times and counts: a label and a value each. */
struct line {
	const char *label;
	char value[FV_AGENCY_NAME_BYTES + FV_ID_BYTES + 8];
};
#define LINES 6U

static void
make_lines(const struct paper *paper, struct line lines[LINES])
{
	const struct fv_store_agency *a = &paper->agency;
	char text[FV_INSTANT_TEXT_BYTES];
	const size_t cap = sizeof lines[0].value;

	lines[0].label = "受托机构 Agency";
	(void)snprintf(
	    lines[0].value, cap, "%s%s%s", a->name, a->name[0] != '\0' ? ", " : "", a->id);
	lines[1].label = "委托机构 House";
	(void)snprintf(lines[1].value, cap, "%s", paper->house);
	lines[2].label = "终止 Closed";
	if (a->is_closed)
		(void)snprintf(lines[2].value, cap, "%s, 账本 ledger %llu",
		    at(a->closed_ms, text), (unsigned long long)a->closed_leaf);
	else
		(void)snprintf(lines[2].value, cap, "否：尚未终止 NOT CLOSED");
	lines[3].label = "出具 Made";
	(void)snprintf(lines[3].value, cap, "%s", at(paper->made_ms, text));
	lines[4].label = "账本条数 Ledger entries";
	(void)snprintf(lines[4].value, cap, "%llu", (unsigned long long)paper->ledger_size);
	lines[5].label = "手持机 Handhelds";
	(void)snprintf(lines[5].value, cap,
	    "%zu; 已确认清除 confirmed wiped: %zu; 未确认 not yet: %zu", paper->device_count,
	    count_wiped(paper), paper->device_count - count_wiped(paper));
}

static const struct {
	const char *label;
	void (*put)(struct fv_buf *out, const struct paper_device *d);
} columns[] = {
    {"手持机 Handheld", put_dev},
    {"吊销 Revoked", put_revoked},
    {"清除命令 Wipe ordered", put_ordered},
    {"确认 Confirmed by its own record", put_wiped},
    {"最近同步 Last heard", put_heard},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

void
paper_put_text(struct fv_buf *out, const struct paper *paper)
{
	struct line lines[LINES];

	make_lines(paper, lines);
	fv_buf_put_z(out, TITLE_ZH "\n" TITLE_EN "\n\n");
	for (size_t i = 0; i < LINES; i++) {
		fv_buf_putf(out, "%s: ", lines[i].label);
		report_put_plain(out, lines[i].value);
		fv_buf_put_z(out, "\n");
	}
	for (size_t i = 0; i < paper->device_count; i++) {
		fv_buf_put_z(out, "\n");
		for (size_t c = 0; c < COLUMNS; c++) {
			fv_buf_putf(out, "%s: ", columns[c].label);
			columns[c].put(out, &paper->devices[i]);
			fv_buf_put_z(out, "\n");
		}
	}
	fv_buf_put_z(out,
	    "\n" SAYS_ZH "\n" SAYS_EN "\n\n" SIGN_ZH " " SIGN_EN
	    ": ____________________\n" BANK_ZH " " BANK_EN ": ____________________\n");
}

void
paper_put_html(struct fv_buf *out, const struct paper *paper)
{
	struct line lines[LINES];
	struct fv_buf cell = {0};

	make_lines(paper, lines);
	fv_buf_put_z(out,
	    "<!DOCTYPE html>\n<html lang=\"zh\"><head><meta charset=\"utf-8\"><title>" TITLE_ZH
	    "</title>\n<style>body{font:12pt/1.5 sans-serif;margin:2em}"
	    "table{border-collapse:collapse;width:100%}"
	    "td,th{border:1px solid #000;padding:.3em;text-align:left;word-break:break-all}"
	    ".sign{margin-top:4em}</style></head>\n<body>\n<h1>" TITLE_ZH
	    "</h1>\n<h2 lang=\"en\">" TITLE_EN "</h2>\n<table>\n");
	for (size_t i = 0; i < LINES; i++) {
		fv_buf_putf(out, "<tr><th>%s</th><td>", lines[i].label);
		html_put(out, fv_span_z(lines[i].value));
		fv_buf_put_z(out, "</td></tr>\n");
	}
	fv_buf_put_z(out,
	    "</table>\n<p>" SAYS_ZH "</p>\n<p lang=\"en\">" SAYS_EN "</p>\n<table>\n<tr>");
	for (size_t c = 0; c < COLUMNS; c++)
		fv_buf_putf(out, "<th>%s</th>", columns[c].label);
	fv_buf_put_z(out, "</tr>\n");
	for (size_t i = 0; i < paper->device_count; i++) {
		fv_buf_put_z(out, "<tr>");
		for (size_t c = 0; c < COLUMNS; c++) {
			fv_buf_reset(&cell);
			columns[c].put(&cell, &paper->devices[i]);
			fv_buf_put_z(out, "<td>");
			html_put(out, fv_buf_span(&cell));
			fv_buf_put_z(out, "</td>");
		}
		fv_buf_put_z(out, "</tr>\n");
	}
	fv_buf_put_z(out,
	    "</table>\n<p class=\"sign\">" SIGN_ZH "<br>" SIGN_EN
	    "</p>\n<p class=\"sign\">" BANK_ZH "<br>" BANK_EN "</p>\n</body></html>\n");
	fv_buf_clear(&cell);
}
