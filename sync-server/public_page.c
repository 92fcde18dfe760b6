/* How a page is put together: frame, words, what comes from outside escaped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fv/instant.h"
#include "sync-server/html.h"
#include "sync-server/public_in.h"
#include "sync-server/zones.h"

const char *
public_query(const struct fv_web_request *request, const char *name)
{
	return request->inside != NULL ? fv_web_query(request, name) : NULL;
}

/* The weight of a language in Accept-Language, in thousandths; 0: it is not there. */
static long
weight_of(const char *list, const char *tag)
{
	const char *at = list;

	while (*at != '\0') {
		while (*at == ' ' || *at == ',')
			at++;
		const size_t len = strcspn(at, ",");
		if (strncasecmp(at, tag, 2) == 0 && strchr("-;, ", at[2]) != NULL) {
			const char *q = memmem(at, len, "q=", 2);
			return q != NULL ? (long)(strtod(q + 2, NULL) * 1000) : 1000;
		}
		at += len;
	}
	return 0;
}

bool
public_is_chinese(const struct fv_web_request *request, bool *is_chosen_out)
{
	const char *lang = public_query(request, "lang");
	const char *list =
	    request->inside != NULL ? fv_web_header(request, "Accept-Language") : NULL;

	*is_chosen_out = lang != NULL && (strcmp(lang, "zh") == 0 || strcmp(lang, "en") == 0);
	if (*is_chosen_out)
		return lang[0] == 'z';
	return list != NULL && weight_of(list, "zh") > weight_of(list, "en");
}

const char *
public_word(const struct page *page, enum public_word word)
{
	return page->is_chinese ? public_words[word].zh : public_words[word].en;
}

void
public_put_raw(struct page *page, const char *html)
{
	fv_buf_put_z(page->out, html);
}

void
public_put_text(struct page *page, struct fv_span text)
{
	html_put(page->out, text);
}

void
public_put(struct page *page, enum public_word word)
{
	public_put_text(page, fv_span_z(public_word(page, word)));
}

void
public_put_agency(struct page *page, const char *id)
{
	struct fv_store_agency agency;
	const bool has_name =
	    fv_store_agency_get(page->public->reader, fv_span_z(id), &agency) == FV_OK &&
	    agency.name[0] != '\0';

	public_put_text(page, fv_span_z(has_name ? agency.name : id));
}

void
public_put_path(struct page *page, const char *path)
{
	public_put_text(page, fv_span_z(path));
	if (page->has_lang) {
		public_put_raw(page, strchr(path, '?') != NULL ? "&amp;lang=" : "?lang=");
		public_put_raw(page, page->is_chinese ? "zh" : "en");
	}
}

void
public_put_time(struct page *page, int64_t utc_ms, const char *zone, bool is_day)
{
	const struct fv_zone *rules;
	struct fv_civil c;
	struct zones zones;

	zones_init(&zones, NULL);
	rules = zone[0] != '\0' ? zones_get(zone, &zones) : NULL;
	fv_civil_from_instant(utc_ms, rules != NULL ? fv_zone_offset_s(rules, utc_ms) : 0, &c);
	fv_buf_putf(page->out, "%04d-%02d-%02d", c.year, c.month, c.day);
	if (!is_day)
		fv_buf_putf(page->out, " %02d:%02d", c.hour, c.minute);
	public_put_raw(page, " (");
	public_put_text(page, fv_span_z(rules != NULL ? zone : "UTC"));
	public_put_raw(page, ")");
	zones_clear(&zones);
}

void
public_put_code(struct page *page, const char code[FV_CODE_BYTES])
{
	char printed[FV_CODE_PRINTED_BYTES];

	public_put_raw(page, "<span class=\"code\">");
	public_put_text(page, fv_span_z(fv_code_print(code, printed)));
	public_put_raw(page, "</span>");
}

enum public_word
public_kind_word(enum fv_care_kind kind)
{
	static const enum public_word words[FV_CARE_KIND_MAX + 1] = {W_NONE, W_K_COMPLAINT,
	    W_K_NO_HOME, W_K_TIMES, W_K_STAYED, W_K_NOT_AGREED, W_K_DATA, W_K_INSTALMENT,
	    W_K_EXTENSION, W_K_STOP};

	return (uint32_t)kind <= FV_CARE_KIND_MAX ? words[kind] : W_NONE;
}

/* The same page in the other language; a code that is none is left out. */
static void
put_other_language(struct page *page)
{
	static const char *const paths[] = {[PUBLIC_NOWHERE] = "/",
	    [PUBLIC_HOME] = "/",
	    [PUBLIC_BADGE] = "/b",
	    [PUBLIC_VISIT] = "/v",
	    [PUBLIC_COMPLAIN] = "/complain",
	    [PUBLIC_RECEIPT] = "/r",
	    [PUBLIC_STYLE] = "/"};
	const char *code = public_query(page->request, "code");
	char read[FV_CODE_BYTES];

	public_put_raw(page, "<a href=\"");
	public_put_raw(page, paths[page->route.place]);
	if (page->route.is_good) {
		public_put_raw(page, "/");
		public_put_raw(page, page->route.code);
	}
	public_put_raw(page, "?");
	if (page->route.place == PUBLIC_COMPLAIN && code != NULL &&
	    fv_code_read(fv_span_z(code), read) == FV_OK) {
		public_put_raw(page, "code=");
		public_put_raw(page, read);
		public_put_raw(page, "&amp;");
	}
	public_put_raw(page, "lang=");
	public_put(page, W_LANG_OTHER);
	public_put_raw(page, "\" hreflang=\"");
	public_put(page, W_LANG_OTHER);
	public_put_raw(page, "\" lang=\"");
	public_put(page, W_LANG_OTHER);
	public_put_raw(page, "\">");
	public_put(page, W_LANG_OTHER_NAME);
	public_put_raw(page, "</a>");
}

static void
put_site(struct page *page)
{
	const char *name = fv_settings_text(page->settings, FV_SETTING_SLIP_NAME);

	if (name[0] != '\0') {
		public_put_text(page, fv_span_z(name));
		return;
	}
	public_put(page, W_SITE);
	public_put_raw(page, " · ");
	public_put_agency(page, page->public->host->agency);
}

void
public_begin(struct page *page, enum public_word title)
{
	public_put_raw(page, "<!doctype html><html lang=\"");
	public_put_raw(page, page->is_chinese ? "zh-CN" : "en");
	public_put_raw(page,
	    "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
	    " content=\"width=device-width,initial-scale=1\"><meta name=\"robots\""
	    " content=\"noindex\"><title>");
	public_put(page, title);
	public_put_raw(page,
	    "</title><link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\""
	    " href=\"data:,\"></head><body><a class=\"skip\" href=\"#text\">");
	public_put(page, W_SKIP);
	public_put_raw(page, "</a><header><a class=\"home\" href=\"");
	public_put_path(page, "/");
	public_put_raw(page, "\">");
	put_site(page);
	public_put_raw(page, "</a>");
	put_other_language(page);
	public_put_raw(page, "</header><main id=\"text\">");
}

static void
put_number(struct page *page, enum public_word what, const char *number)
{
	if (number[0] == '\0')
		return;
	public_put_raw(page, "<dt>");
	public_put(page, what);
	public_put_raw(page, "</dt><dd><a href=\"tel:");
	for (const char *c = number; *c != '\0'; c++)
		if (*c != ' ' && *c != '-')
			public_put_text(page, fv_span_of(c, 1));
	public_put_raw(page, "\">");
	public_put_text(page, fv_span_z(number));
	public_put_raw(page, "</a></dd>");
}

void
public_put_numbers(struct page *page)
{
	public_put_raw(page, "<dl>");
	put_number(page, W_CALL_BANK, fv_settings_text(page->settings, FV_SETTING_SLIP_PHONE));
	put_number(
	    page, W_CALL_HOTLINE, fv_settings_text(page->settings, FV_SETTING_SLIP_HOTLINE));
	put_number(
	    page, W_CALL_POLICE, fv_settings_text(page->settings, FV_SETTING_SOS_NUMBER));
	public_put_raw(page, "</dl>");
}

void
public_end(struct page *page)
{
	public_put_raw(page, "</main><footer>");
	public_put_numbers(page);
	public_put_raw(page, "<p>");
	public_put(page, W_FOOT);
	public_put_raw(page, "</p></footer></body></html>\n");
}

void
public_refuse(struct page *page, uint32_t status, enum public_word why)
{
	page->answer->status = status;
	fv_buf_reset(page->out);
	if (status == 429)
		fv_web_put(page->answer, "Retry-After", "60");
	public_begin(page, W_SITE);
	public_put_raw(page, "<div class=\"card\" role=\"alert\"><p class=\"lead\">");
	public_put(page, why);
	public_put_raw(page, "</p><p><a href=\"");
	public_put_path(page, "/");
	public_put_raw(page, "\">");
	public_put(page, W_BACK);
	public_put_raw(page, "</a></p></div>");
	public_end(page);
}
