#include "fv/ticket.h"

#include <string.h>

#include "fv/instant.h"
#include "fv/ledger.h"

#define ORIGIN "fieldvisit/v1/ticket"
#define FILE_HEAD "fieldvisit-ticket/v1"

/* What the parser carries from line to line. */
struct reading {
	struct fv_lines lines;
	struct fv_span line; /* what is left of the present line */
	struct fv_ticket *ticket;
	struct fv_fault *fault; /* may be NULL */
};

static bool
host_char(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
}

static bool
path_char(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    c == '.' || c == '-' || c == '_' || c == '~' || c == '/';
}

bool
fv_url_valid(struct fv_span url)
{
	static const char *const schemes[] = {"http://", "https://"};
	size_t at = 0, host;

	if (url.len == 0 || url.len >= FV_URL_BYTES || url.ptr[url.len - 1] == '/')
		return false;
	for (size_t i = 0; i < 2 && at == 0; i++) {
		const struct fv_span s = fv_span_z(schemes[i]);
		if (url.len > s.len && memcmp(url.ptr, s.ptr, s.len) == 0)
			at = s.len;
	}
	if (at == 0)
		return false;
	for (host = at; at < url.len && url.ptr[at] != '/'; at++) {
		if (!host_char(url.ptr[at]))
			return false;
	}
	if (at == host)
		return false;
	for (; at < url.len; at++) {
		if (!path_char(url.ptr[at]))
			return false;
	}
	return true;
}

void
fv_ticket_text_put(struct fv_buf *out, const struct fv_ticket *ticket)
{
	char origin[FV_LOG_ORIGIN_BYTES], when[FV_INSTANT_TEXT_BYTES];

	fv_log_origin(ticket->log_pk, origin);
	fv_buf_put_z(out, ORIGIN "\n");
	fv_buf_put_hex(out, ticket->id, sizeof ticket->id);
	fv_buf_putf(out, "\n%s\n", ticket->url);
	fv_vkey_put(out, fv_span_z(origin), ticket->log_pk);
	fv_buf_putf(out, "\nhpke %u ", ticket->hpke_key_id);
	fv_buf_put_base64(out, ticket->hpke_pk, sizeof ticket->hpke_pk);
	fv_buf_put_u8(out, '\n');
	fv_buf_put_base64(out, ticket->roster.b, sizeof ticket->roster.b);
	fv_buf_putf(out, "\n%s\n%s\n%s\n%s\n", ticket->agency, ticket->team, ticket->officer,
	    fv_instant_format(ticket->expires_ms, 0, true, when));
	for (size_t i = 0; i < ticket->auditor_count; i++) {
		fv_buf_put_z(out, "auditor ");
		fv_buf_put_base64(out, ticket->auditors[i], FV_KEY_BYTES);
		fv_buf_put_u8(out, '\n');
	}
}

static enum fv_err
fault(struct reading *r, const char *rule, enum fv_err err)
{
	return fv_fault_set(r->fault, r->lines.number, rule, err);
}

static enum fv_err
next_line(struct reading *r)
{
	enum fv_err rc = fv_lines_next(&r->lines, &r->line);

	if (rc == FV_OK)
		return FV_OK;
	if (rc == FV_ENOENT)
		r->lines.number++;
	return fault(r, "the ticket ends too early", FV_EFORMAT);
}

static enum fv_err
read_id(struct reading *r, char *out, const char *rule)
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	rc = fv_id_copy(r->line, out, FV_ID_BYTES);
	return rc == FV_OK ? FV_OK : fault(r, rule, rc);
}

static enum fv_err
read_box(struct reading *r, uint8_t pk_out[FV_KEY_BYTES])
{
	enum fv_err rc = fv_base64_fixed(r->line, pk_out, FV_KEY_BYTES);

	if (rc != FV_OK)
		return fault(r, "the key is not base64 of 32 bytes", rc);
	if (!fv_box_key_good(pk_out))
		return fault(r, "the key is a low-order point", FV_EFORMAT);
	return FV_OK;
}

/* Origin, id, URL. */
static enum fv_err
read_head(struct reading *r)
{
	struct fv_ticket *t = r->ticket;
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (!fv_span_equal(r->line, fv_span_z(ORIGIN)))
		return fault(r, "want \"" ORIGIN "\"", FV_EFORMAT);
	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (fv_hex_decode(r->line, t->id, sizeof t->id) != FV_OK)
		return fault(r, "the ticket id is not 32 lower-case hex digits", FV_EFORMAT);
	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (!fv_url_valid(r->line))
		return fault(r,
		    "not an http or https URL of at most 200 characters without "
		    "query or trailing slash",
		    FV_EFORMAT);
	memcpy(t->url, r->line.ptr, r->line.len);
	return FV_OK;
}

/* The server's log key, its HPKE key, the roster's hash. */
static enum fv_err
read_server(struct reading *r)
{
	struct fv_ticket *t = r->ticket;
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_span name, word;
	uint64_t key_id;
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if ((rc = fv_vkey_parse(r->line, &name, t->log_pk)) != FV_OK)
		return fault(r, "the log's vkey cannot be read", rc);
	fv_log_origin(t->log_pk, origin);
	if (!fv_span_equal(name, fv_span_z(origin)))
		return fault(r, "the log's name does not follow from its key", FV_EFORMAT);
	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (!fv_lines_take(&r->line, "hpke") || !fv_lines_word(&r->line, &word))
		return fault(r, "want \"hpke ID KEY\"", FV_EFORMAT);
	if ((rc = fv_decimal_decode(word, UINT8_MAX, &key_id)) != FV_OK)
		return fault(r, "the HPKE key id is not a number up to 255", rc);
	t->hpke_key_id = (uint8_t)key_id;
	if ((rc = read_box(r, t->hpke_pk)) != FV_OK)
		return rc;
	if ((rc = next_line(r)) != FV_OK)
		return rc;
	rc = fv_base64_fixed(r->line, t->roster.b, sizeof t->roster.b);
	return rc == FV_OK ? FV_OK
			   : fault(r, "the roster's hash is not base64 of 32 bytes", rc);
}

static enum fv_err
read_expiry(struct reading *r)
{
	char again[FV_INSTANT_TEXT_BYTES];
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	rc = fv_instant_parse(r->line, &r->ticket->expires_ms);
	if (rc != FV_OK)
		return fault(r, "the expiry is not an RFC 3339 time", rc);
	(void)fv_instant_format(r->ticket->expires_ms, 0, true, again);
	if (r->ticket->expires_ms % 1000 != 0 || !fv_span_equal(r->line, fv_span_z(again)))
		return fault(r, "the expiry is not whole seconds with Z", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
read_auditors(struct reading *r)
{
	struct fv_ticket *t = r->ticket;
	enum fv_err rc;

	while (r->lines.rest.len > 0) {
		if ((rc = next_line(r)) != FV_OK)
			return rc;
		if (!fv_lines_take(&r->line, "auditor"))
			return fault(r, "want \"auditor KEY\"", FV_EFORMAT);
		if (t->auditor_count == FV_ROSTER_AUDITORS_MAX)
			return fault(r, "a ticket has at most 4 auditors", FV_ETOOBIG);
		if ((rc = read_box(r, t->auditors[t->auditor_count])) != FV_OK)
			return rc;
		t->auditor_count++;
	}
	r->lines.number++;
	if (t->auditor_count == 0)
		return fault(r, "a ticket needs an auditor", FV_EFORMAT);
	return FV_OK;
}

enum fv_err
fv_ticket_text_parse(struct fv_span text, struct fv_ticket *out, struct fv_fault *fault_out)
{
	struct reading r = {.lines = fv_lines_of(text), .ticket = out, .fault = fault_out};
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if ((rc = read_head(&r)) != FV_OK || (rc = read_server(&r)) != FV_OK)
		return rc;
	if ((rc = read_id(&r, out->agency, "the agency is not an id")) != FV_OK ||
	    (rc = read_id(&r, out->team, "the team is not an id")) != FV_OK ||
	    (rc = read_id(&r, out->officer, "the officer is not an id")) != FV_OK)
		return rc;
	if ((rc = read_expiry(&r)) != FV_OK)
		return rc;
	return read_auditors(&r);
}

void
fv_ticket_file_put(
    struct fv_buf *out, const uint8_t token[FV_TICKET_TOKEN_BYTES], struct fv_span note)
{
	fv_buf_put_z(out, FILE_HEAD " ");
	fv_buf_put_base64url(out, token, FV_TICKET_TOKEN_BYTES);
	fv_buf_put_u8(out, '\n');
	fv_buf_put_span(out, note);
}

static enum fv_err
read_token(struct fv_span line, uint8_t token_out[FV_TICKET_TOKEN_BYTES])
{
	struct fv_buf token = {0};
	enum fv_err rc = FV_EFORMAT;

	if (!fv_lines_take(&line, FILE_HEAD) || line.len != 43)
		goto cleanup;
	if ((rc = fv_base64url_decode(line, &token)) != FV_OK ||
	    (rc = fv_buf_status(&token)) != FV_OK)
		goto cleanup;
	rc = FV_EFORMAT;
	if (token.len != FV_TICKET_TOKEN_BYTES)
		goto cleanup;
	memcpy(token_out, token.ptr, token.len);
	rc = FV_OK;
cleanup:
	fv_buf_clear(&token);
	return rc;
}

enum fv_err
fv_ticket_file_parse(struct fv_span file, struct fv_ticket *out, struct fv_span *note_out,
    struct fv_fault *fault_out)
{
	uint8_t token[FV_TICKET_TOKEN_BYTES] = {0};
	struct fv_lines lines = fv_lines_of(file);
	struct fv_signednote note;
	struct fv_span line;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	*note_out = (struct fv_span){NULL, 0};
	if (file.len > FV_TICKET_FILE_MAX)
		return fv_fault_set(fault_out, 0, "too long for a ticket", FV_ETOOBIG);
	if (fv_lines_next(&lines, &line) != FV_OK)
		return fv_fault_set(fault_out, 1, "not a ticket file", FV_EFORMAT);
	if ((rc = read_token(line, token)) != FV_OK) {
		rc = fv_fault_set(fault_out, 1, "want \"" FILE_HEAD " TOKEN\"", rc);
		goto cleanup;
	}
	if ((rc = fv_signednote_parse(lines.rest, &note)) != FV_OK) {
		rc = fv_fault_set(fault_out, 2, "it is not a signed note", rc);
		goto cleanup;
	}
	rc = fv_ticket_text_parse(note.text, out, fault_out);
	if (rc != FV_OK) {
		if (fault_out != NULL && fault_out->line > 0)
			fault_out->line++; /* the token's line is before the text */
		goto cleanup;
	}
	memcpy(out->token, token, sizeof token);
	*note_out = lines.rest;
cleanup:
	fv_wipe(token, sizeof token);
	if (rc != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

static bool
team_on_roster(const struct fv_roster *roster, const char *team)
{
	for (size_t i = 0; i < roster->supervisor_count; i++) {
		if (fv_supervisor_has_team(&roster->supervisors[i], team))
			return true;
	}
	return false;
}

enum fv_err
fv_ticket_verify(
    struct fv_span note, const struct fv_roster *roster, const struct fv_hash *roster_hash)
{
	struct fv_signednote parsed;
	struct fv_ticket ticket;
	enum fv_err rc;

	if ((rc = fv_signednote_parse(note, &parsed)) != FV_OK)
		return rc;
	if ((rc = fv_ticket_text_parse(parsed.text, &ticket, NULL)) != FV_OK)
		return rc;
	if (fv_roster_first_signer(roster, &parsed) == NULL)
		return FV_EAUTH;
	if (memcmp(ticket.roster.b, roster_hash->b, FV_HASH_BYTES) != 0 ||
	    strcmp(ticket.agency, roster->agency) != 0 ||
	    ticket.auditor_count != roster->auditor_count)
		return FV_ECONFLICT;
	for (size_t i = 0; i < ticket.auditor_count; i++) {
		if (memcmp(ticket.auditors[i], roster->auditors[i].box_pk, FV_KEY_BYTES) != 0)
			return FV_ECONFLICT;
	}
	if (!team_on_roster(roster, ticket.team) ||
	    fv_roster_find_officer(roster, ticket.officer) == NULL)
		return FV_ENOENT;
	return FV_OK;
}

void
fv_ticket_login_proof(const uint8_t token[FV_TICKET_TOKEN_BYTES],
    const uint8_t dev[FV_DEV_BYTES], struct fv_span officer, uint8_t proof_out[FV_HASH_BYTES])
{
	const struct fv_span parts[] = {
	    fv_span_z("fieldvisit/v1/login/"), fv_span_of(dev, FV_DEV_BYTES), officer};

	fv_hmac_sha256(fv_span_of(token, FV_TICKET_TOKEN_BYTES), parts, 3, proof_out);
}
