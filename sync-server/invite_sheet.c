#include "sync-server/invite_sheet.h"

#include <string.h>

#include "fv/instant.h"
#include "fv/qr.h"

/* Four cards a page of A4; a module of a code is 0.5 mm or more. */
static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n<title>Tickets</title>\n<style>\n"
    "@page{size:A4;margin:10mm}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;font:9pt/1.3 sans-serif;color:#000;background:#fff}\n"
    "header{padding:0 2mm 2mm;break-after:avoid}\n"
    "h1{font-size:13pt;margin:0 0 1mm}\n"
    "p{margin:0 0 1mm}\n"
    "main{display:flex;flex-wrap:wrap}\n"
    "section{width:95mm;padding:3mm 4mm;border:.2mm dashed "
    "#666;break-inside:avoid}\n"
    "section h2{display:flex;justify-content:space-between;font-size:13pt;margin:0}\n"
    "svg{display:block;width:70mm;height:70mm;margin:0 auto}\n"
    "code{font:8pt monospace;overflow-wrap:anywhere}\n"
    "@media screen{main{gap:4mm}body{padding:4mm}}\n"
    "</style></head><body>\n";

/* Ids hold no character that means something in HTML; this keeps it true of whatever comes. */
static void
put_text(struct fv_buf *page, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("&<>\"'", *text) != NULL)
			fv_buf_putf(page, "&#%d;", *text);
		else
			fv_buf_put_u8(page, (uint8_t)*text);
	}
}

/* "2026-11-25 08:31 UTC" */
static void
put_expiry(struct fv_buf *page, const struct fv_ticket *ticket)
{
	char when[FV_INSTANT_TEXT_BYTES];

	(void)fv_instant_format(ticket->expires_ms, 0, true, when);
	fv_buf_putf(page, "%.10s %.5s UTC", when, when + 11);
}

void
invite_sheet_begin(struct fv_buf *page, const struct fv_ticket *common, size_t count)
{
	fv_buf_put_z(page, head);
	fv_buf_put_z(page, "<header><h1>");
	put_text(page, common->agency);
	fv_buf_putf(page, ": %zu tickets, until ", count);
	put_expiry(page, common);
	fv_buf_put_z(page,
	    "</h1>\n<p>Whoever has a card can make one handheld that officer's. Cut them "
	    "apart, give each to its officer alone, and shred what is left.</p>\n"
	    "<p lang=\"zh-CN\">持有一张卡即可把一台手持机登记给该外访员。请裁开，只交给本人，"
	    "剩余的请粉碎。</p></header>\n<main>\n");
}

enum fv_err
invite_sheet_add(struct fv_buf *page, const struct invite_card *card)
{
	struct fv_buf text = {0};
	enum fv_err rc = FV_ENOMEM;

	fv_buf_putf(page, "<section><h2><span>%zu</span><span>", card->number);
	put_text(page, card->ticket->officer);
	fv_buf_put_z(page, "</span></h2>\n<p>team <span lang=\"zh-CN\">组</span> ");
	put_text(page, card->ticket->team);
	fv_buf_put_z(page, " · until <span lang=\"zh-CN\">有效至</span> ");
	put_expiry(page, card->ticket);
	fv_buf_put_z(page, "</p>\n");
	fv_buf_put_span(&text, card->file);
	if (fv_buf_z(&text) != NULL)
		rc = fv_qr_svg_put(page, fv_buf_z(&text));
	fv_buf_clear(&text);
	fv_buf_put_z(page,
	    "\n<p>On the handheld type <code>fieldvisit enroll --qr</code> and hold this "
	    "before "
	    "its camera. Without a camera, over the cable: <code>fieldvisit enroll ");
	put_text(page, card->name);
	fv_buf_put_z(page,
	    "</code>. Then read its 40 digits to the supervisor.</p>\n"
	    "<p lang=\"zh-CN\">在手持机上输入 <code>fieldvisit enroll --qr</code>，把本码对准"
	    "摄像头；没有摄像头时用数据线传文件，输入 <code>fieldvisit enroll ");
	put_text(page, card->name);
	fv_buf_put_z(page, "</code>。然后把屏幕上的 40 位数字读给主管。</p></section>\n");
	return rc != FV_OK ? rc : fv_buf_status(page);
}

void
invite_sheet_end(struct fv_buf *page)
{
	fv_buf_put_z(page, "</main></body></html>\n");
}
