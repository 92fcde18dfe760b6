#include "sync-server/borrower.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/store/records.h"
#include "sync-server/verb.h"

/* One code on its way along the handhelds. */
struct asking {
	const char *code;
	int64_t now_ms;
	const struct fv_roster *roster;
	bool is_found;
	struct fv_borrower_badge *out;
};

static void
fill(struct fv_borrower_badge *out, const struct fv_store_device *device)
{
	memcpy(out->agency, device->agency, sizeof out->agency);
	memcpy(out->badge, device->officer, sizeof out->badge);
}

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct asking *a = ctx;
	const bool is_good = fv_day_code_good(device->handle_secret, a->now_ms, a->code);

	if (is_good && device->is_approved && !device->is_revoked &&
	    fv_roster_find_officer(a->roster, device->officer) != NULL) {
		a->is_found = true;
		fill(a->out, device);
	}
	return FV_OK;
}

enum fv_err
fv_borrower_credential(struct fv_store *store, const char code[FV_CODE_BYTES], int64_t now_ms,
    struct fv_borrower_badge *out)
{
	struct asking asking = {.code = code, .now_ms = now_ms, .out = out};
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_verb_roster(store, &roster, &hash)) == FV_OK) {
		asking.roster = roster;
		rc = fv_store_device_each(store, NULL, on_device, &asking);
	}
	free(roster);
	if (rc == FV_OK && !asking.is_found)
		rc = FV_ENOENT;
	return rc;
}

enum fv_err
fv_borrower_visit(struct fv_store *store, const char code[FV_CODE_BYTES], int64_t now_ms,
    struct fv_borrower_visit *out)
{
	struct fv_hash hash;

	fv_slip_hash(code, &hash);
	return fv_borrower_visit_by(store, &hash, now_ms, out);
}

enum fv_err
fv_borrower_visit_by(struct fv_store *store, const struct fv_hash *hash, int64_t now_ms,
    struct fv_borrower_visit *out)
{
	struct fv_store_device device;
	struct fv_store_record record;
	struct fv_header header;
	uint64_t seq;
	int64_t no;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_store_slip_find(store, hash, &no, &seq)) != FV_OK ||
	    (rc = fv_store_record_get(store, no, seq, &record)) != FV_OK)
		return rc;
	/* By our own clock: a handheld's may say anything. */
	if (now_ms - record.received_ms > FV_SLIP_LIFE_MS)
		return FV_ENOENT;
	if (fv_header_parse(record.header, &header) != FV_OK)
		return FV_ECORRUPT;
	out->recorded_ms = header.rtc_ms;
	out->received_ms = record.received_ms;
	out->device_no = no;
	out->seq = seq;
	if (record.case_id.len > 0 &&
	    fv_id_copy(record.case_id, out->case_id, sizeof out->case_id) != FV_OK)
		out->case_id[0] = '\0';
	if ((rc = fv_store_device_get_no(store, no, &device)) == FV_OK) {
		fill(&out->who, &device);
		memcpy(out->team, device.team, sizeof out->team);
	}
	fv_wipe(&device, sizeof device);
	if (rc != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}
