#include "firmware-app/showcode.h"

#include "fv/lines.h"
#include "fv/qr.h"

static void
tell_qr(struct fv_span text, struct fv_reply *reply)
{
	struct fv_lines lines = fv_lines_of(text);
	struct fv_span line;

	fv_json_begin_array(&reply->json, "qr");
	while (fv_lines_next(&lines, &line) == FV_OK) {
		fv_reply_line(reply, "%.*s", (int)line.len, (const char *)line.ptr);
		fv_json_text(&reply->json, NULL, line);
	}
	fv_json_end_array(&reply->json);
}

bool
fv_show_code(struct fv_app *app, const char *path, const char code[FV_CODE_BYTES],
    struct fv_reply *reply)
{
	const char *base = fv_settings_text(app->settings, FV_SETTING_SLIP_URL);
	char printed[FV_CODE_PRINTED_BYTES];
	struct fv_buf url = {0}, qr = {0};
	enum fv_err rc;

	fv_code_print(code, printed);
	fv_reply_line(reply, "%-9s %s", _("code"), printed);
	fv_json_text_z(&reply->json, "code", printed);
	if (base[0] != '\0')
		fv_buf_putf(&url, "%s%s%s", base, path, code);
	rc = fv_buf_status(&url);
	if (rc == FV_OK && url.len > 0) {
		fv_reply_line(reply, "%-9s %s", _("page"), fv_buf_z(&url));
		fv_json_text_z(&reply->json, "url", fv_buf_z(&url));
	} else {
		fv_json_null(&reply->json, "url");
	}
	if (rc == FV_OK && (rc = fv_qr_put(&qr, url.len > 0 ? fv_buf_z(&url) : code)) == FV_OK)
		tell_qr(fv_buf_span(&qr), reply);
	fv_buf_clear(&url);
	fv_buf_clear(&qr);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, _("code"), rc);
	return rc == FV_OK;
}
