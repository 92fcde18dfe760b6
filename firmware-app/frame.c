#include "firmware-app/frame.h"

#include <string.h>

#include "fv/cbor.h"

/* The words as C strings behind each other in `keep`; pointers are set when all is in. */
static enum fv_err
get_words(struct fv_cbor_reader *r, struct fv_buf *keep, struct fv_call *call)
{
	struct fv_span word;
	const char *at;
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	if (count > FV_CALL_WORDS_MAX)
		return FV_ETOOBIG;
	fv_buf_reset(keep);
	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_cbor_get_bytes(r, &word)) != FV_OK)
			return rc;
		if (word.len > 0 && memchr(word.ptr, 0, word.len) != NULL)
			return FV_EFORMAT;
		fv_buf_put_span(keep, word);
		fv_buf_put_u8(keep, 0);
	}
	if ((rc = fv_buf_status(keep)) != FV_OK)
		return rc;
	at = (const char *)keep->ptr;
	for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
		call->words[i] = at;
	call->word_count = count;
	return FV_OK;
}

enum fv_err
fv_frame_parse_call(struct fv_span bytes, struct fv_buf *keep, struct fv_call *call_out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(bytes);
	struct fv_span name, input;
	char verb[32];
	uint64_t version;
	size_t count;
	enum fv_err rc;

	memset(call_out, 0, sizeof *call_out);
	if ((rc = fv_cbor_check_all(bytes)) != FV_OK ||
	    (rc = fv_cbor_get_array(&r, &count)) != FV_OK)
		return rc;
	if (count != FV_FRAME_CALL_ELEMENTS ||
	    fv_cbor_get_uint(&r, UINT32_MAX, &version) != FV_OK ||
	    version != FV_FRAME_CALL_VERSION)
		return FV_EFORMAT;
	if ((rc = fv_cbor_get_text(&r, &name)) != FV_OK)
		return rc;
	if (name.len >= sizeof verb)
		return FV_ENOENT;
	memcpy(verb, name.ptr, name.len);
	verb[name.len] = '\0';
	if ((call_out->verb = fv_verb_find(verb)) == NULL)
		return FV_ENOENT;
	if ((rc = get_words(&r, keep, call_out)) != FV_OK ||
	    (rc = fv_cbor_get_bool(&r, &call_out->want_json)) != FV_OK)
		return rc;
	for (size_t i = 0; i < FV_CALL_INPUTS; i++) {
		if ((rc = fv_cbor_get_bytes(&r, &input)) != FV_OK)
			return rc;
		fv_buf_put_span(&call_out->inputs[i], input);
		if ((rc = fv_buf_status(&call_out->inputs[i])) != FV_OK)
			return rc;
	}
	return fv_cbor_get_bytes(&r, &call_out->language);
}

void
fv_frame_put_answer(struct fv_buf *out, const struct fv_reply *reply)
{
	fv_buf_put_u32be(out, (uint32_t)reply->exit);
	fv_buf_put_u32be(out, (uint32_t)reply->out.len);
	fv_buf_put_u32be(out, (uint32_t)reply->err.len);
	fv_buf_put_span(out, fv_buf_span(&reply->out));
	fv_buf_put_span(out, fv_buf_span(&reply->err));
}
