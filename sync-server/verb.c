/* The half of verb.h that handlers use. */
#include "sync-server/verb.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/store/log.h"

#define SALT_BYTES 16U

const char *
fv_verb_text(const json_t *request, const char *name)
{
	const char *text = json_string_value(json_object_get(request, name));

	return text != NULL ? text : "";
}

enum fv_err
fv_verb_bytes(const json_t *request, const char *name, struct fv_buf *out)
{
	const json_t *member = json_object_get(request, name);
	enum fv_err rc;

	if (!json_is_string(member))
		return FV_EFORMAT;
	rc = fv_base64_decode(
	    fv_span_of(json_string_value(member), json_string_length(member)), out);
	return rc != FV_OK ? rc : fv_buf_status(out);
}

int
fv_verb_exit(enum fv_err rc)
{
	switch (rc) {
	case FV_OK:
		return FV_EXIT_OK;
	case FV_ENOMEM:
	case FV_EBUSY:
		return FV_EXIT_TEMPFAIL;
	case FV_EFORMAT:
	case FV_ERANGE:
	case FV_ETOOBIG:
	case FV_EAUTH:
	case FV_ECONFLICT:
	case FV_ECUT:
	case FV_EVERSION:
	case FV_EEXIST:
	case FV_ENOENT:
		return FV_EXIT_DATA;
	case FV_EDENIED:
		return FV_EXIT_NOPERM;
	case FV_EIO:
	case FV_EFULL:
	case FV_ECORRUPT:
		return FV_EXIT_IO;
	case FV_AGAIN:
	case FV_ESTATE:
	default:
		return FV_EXIT_SOFTWARE;
	}
}

/* Takes: error. */
static int
answer(json_t **answer_out, int code, json_t *error)
{
	json_decref(*answer_out);
	*answer_out = error;
	return code;
}

int
fv_verb_fail(json_t **answer_out, int code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return answer(answer_out, code, fv_host_error("%s", text));
}

int
fv_verb_broken(json_t **answer_out, const char *object, enum fv_err rc)
{
	return fv_verb_fail(answer_out, fv_verb_exit(rc), "%s: %s; nothing was changed",
	    object, fv_err_text(rc));
}

int
fv_verb_fault(
    json_t **answer_out, const char *name, const struct fv_fault *fault, enum fv_err rc)
{
	const bool has_rule = fault != NULL && fault->rule != NULL && fault->rule[0] != '\0';

	if (rc == FV_ENOMEM || !has_rule)
		return fv_verb_broken(answer_out, name, rc);
	if (fault->line == 0)
		return fv_verb_fail(answer_out, fv_verb_exit(rc),
		    "%s: %s; nothing was changed", name, fault->rule);
	return fv_verb_fail(answer_out, fv_verb_exit(rc), "%s:%zu: %s; nothing was changed",
	    name, fault->line, fault->rule);
}

int
fv_verb_done(json_t **answer_out, json_t *members, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text - 1, fmt, ap);
	va_end(ap);
	memcpy(text + strlen(text), "\n", 2);
	if (members == NULL)
		members = json_object();
	if (members == NULL || json_object_set_new(members, "text", json_string(text)) != 0) {
		json_decref(members);
		return fv_verb_broken(answer_out, "answer", FV_ENOMEM);
	}
	return answer(answer_out, FV_EXIT_OK, members);
}

char *
fv_verb_copy(struct fv_span text)
{
	char *copy = malloc(text.len + 1);

	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}

enum fv_err
fv_verb_roster(struct fv_store *store, struct fv_roster **roster_out, struct fv_hash *hash_out)
{
	struct fv_store_note last;
	struct fv_roster *roster = NULL;
	enum fv_err rc;

	*roster_out = NULL;
	memset(hash_out, 0, sizeof *hash_out);
	if ((rc = fv_store_note_last(store, FV_NOTE_ROSTER, &last)) != FV_OK)
		return rc;
	if ((roster = calloc(1, sizeof *roster)) == NULL)
		return FV_ENOMEM;
	rc = fv_roster_read(last.note, roster, hash_out);
	if (rc != FV_OK) {
		free(roster);
		return rc == FV_ENOMEM ? rc : FV_ECORRUPT;
	}
	*roster_out = roster;
	return FV_OK;
}

int
fv_verb_need_roster(struct fv_host *host, struct fv_roster **roster_out,
    struct fv_hash *hash_out, json_t **answer_out)
{
	enum fv_err rc = fv_verb_roster(host->store, roster_out, hash_out);

	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_CONFIG,
		    "roster: there is none yet; 'fieldvisitd roster import NOTE' comes first");
	return fv_verb_broken(answer_out, "roster", rc);
}

enum fv_err
fv_verb_leaf(
    struct fv_host *host, enum fv_leaf_kind kind, struct fv_buf *body, uint64_t *index_out)
{
	enum fv_err rc = fv_buf_status(body);

	*index_out = 0;
	if (rc == FV_OK)
		rc = fv_ledger_append(
		    host->ledger, kind, fv_host_now_ms(), fv_buf_span(body), index_out);
	fv_buf_clear(body);
	return rc;
}

enum fv_err
fv_verb_keep_note(struct fv_host *host, const char *kind, const struct fv_hash *text_hash,
    struct fv_span note)
{
	const struct fv_store_document document = {
	    .hash = *text_hash,
	    .kind = kind,
	    .body = note,
	    .added_ms = fv_host_now_ms(),
	};

	return fv_store_document_put(host->store, &document);
}

enum fv_err
fv_verb_policy(
    struct fv_host *host, const char *what, const struct fv_hash *hash, uint64_t *index_out)
{
	struct fv_buf body = {0};

	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, host->agency);
	fv_cbor_put_text_z(&body, what);
	fv_cbor_put_bytes(&body, hash->b, FV_HASH_BYTES);
	return fv_verb_leaf(host, FV_LEAF_POLICY, &body, index_out);
}

enum fv_err
fv_verb_keep_salted(
    struct fv_host *host, const char *kind, struct fv_span body, struct fv_hash *hash_out)
{
	uint8_t salt[SALT_BYTES] = {0};
	struct fv_store_document document = {
	    .kind = kind,
	    .salt = fv_span_of(salt, sizeof salt),
	    .body = body,
	    .added_ms = fv_host_now_ms(),
	};
	const struct fv_span parts[] = {document.salt, body};

	fv_random_fill(fv_random_system(), salt, sizeof salt);
	fv_sha256_parts(parts, 2, hash_out);
	document.hash = *hash_out;
	return fv_store_document_put(host->store, &document);
}

bool
fv_verb_next(struct fv_span *list, struct fv_span *member_out)
{
	const uint8_t *end;

	if (list->len == 0)
		return false;
	end = memchr(list->ptr, ';', list->len);
	*member_out =
	    fv_span_of(list->ptr, end == NULL ? list->len : (size_t)(end - list->ptr));
	list->ptr += member_out->len + (end != NULL);
	list->len -= member_out->len + (end != NULL);
	return true;
}

bool
fv_verb_has(struct fv_span list, struct fv_span id)
{
	struct fv_span member;

	while (fv_verb_next(&list, &member)) {
		if (fv_span_equal(member, id))
			return true;
	}
	return false;
}
