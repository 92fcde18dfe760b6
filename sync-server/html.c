#include "sync-server/html.h"

void
html_put(struct fv_buf *out, struct fv_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		if (c == '&')
			fv_buf_put_z(out, "&amp;");
		else if (c == '<')
			fv_buf_put_z(out, "&lt;");
		else if (c == '>')
			fv_buf_put_z(out, "&gt;");
		else if (c == '"')
			fv_buf_put_z(out, "&#34;");
		else if (c == '\'')
			fv_buf_put_z(out, "&#39;");
		else
			fv_buf_put_u8(out, c);
	}
}
