#include "firmware-app/syncround.h"

#include <string.h>
#include <sys/statvfs.h>

#include "firmware-app/battery.h"
#include "firmware-app/datacap.h"
#include "firmware-app/failpoint.h"
#include "firmware-app/sos.h"

#define ANSWER_FIRST                                                                          \
	65536U /* bytes: while the cases and packs come, or when asked in full                \
		*/
#define ANSWER_DAILY 16384U
#define ANSWER_ALERT 512U
#define TELL_EVERY_S 21600 /* how often battery, space and clock are told */
#define TELL_BATTERY 20    /* percent */

struct fv_tree_head
fv_syncround_base(const struct fv_syncer *s)
{
	const struct fv_checkpoints *c = &s->checkpoints;

	if (!s->want_proof)
		return (struct fv_tree_head){0};
	return s->is_seen_proven || c->seen.size == c->consistent.size ? c->consistent
								       : c->seen;
}

/* What is told in one number, to be compared with the next: seconds, battery, space. */
static int64_t
pack_told(const struct fv_sync_request *map)
{
	uint64_t doublings = 0;

	for (uint64_t mib = map->free_mib; mib > 1; mib >>= 1)
		doublings++;
	return map->clock_s << 16 |
	    (map->has_battery ? (int64_t)map->battery_percent : 100) << 8 | (int64_t)doublings;
}

/* Not since TELL_EVERY_S, by a clock that went on; or the battery is a fifth emptier, or the
 * space half of what it was. */
static bool
is_tell_due(int64_t then, int64_t now)
{
	const int64_t passed_s = (now >> 16) - (then >> 16);

	return passed_s < 0 || passed_s >= TELL_EVERY_S ||
	    (now >> 8 & 0xff) + TELL_BATTERY <= (then >> 8 & 0xff) ||
	    (now & 0xff) < (then & 0xff);
}

static void
put_state(struct fv_syncer *s, struct fv_sync_request *map)
{
	struct fv_battery battery = {0};
	struct statvfs fs;

	if (s->result.rounds > 0 || (s->flags & FV_SYNC_ALERT) != 0 ||
	    statvfs(s->app->dir, &fs) != 0)
		return;
	map->has_battery = fv_battery_read(&battery);
	map->battery_percent = battery.percent;
	map->free_mib = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	map->clock_s = s->app->clock.rtc_ms(s->app->clock.ctx) / 1000;
	map->has_clock = map->clock_s >= 0 && map->clock_s <= FV_SYNC_CLOCK_MAX_S &&
	    is_tell_due(s->state.told, pack_told(map));
	map->has_state = map->has_clock || (s->flags & FV_SYNC_STATE) != 0;
	s->telling = pack_told(map);
}

static enum fv_err
plan(struct fv_syncer *s)
{
	struct fv_journal *j = &s->app->journal;
	struct fv_syncup *up = &s->up;
	struct fv_datacap cap;
	enum fv_err rc;

	memset(up, 0, sizeof *up);
	up->journal = j;
	up->missing = &s->missing;
	up->is_probe = s->state.is_probe_due || (s->flags & FV_SYNC_ALERT) != 0;
	up->body_max = s->state.body_max != 0 ? s->state.body_max : FV_SYNCUP_BODY_DEFAULT;
	if ((rc = fv_datacap_read(s->app, &cap)) != FV_OK ||
	    (rc = fv_syncup_waiting(s->app->store, s->state.next_seq, s->state.server_sealed,
		 &up->send_to)) != FV_OK)
		return rc;
	up->has_cap = cap.cap_bytes > 0;
	up->cap_left = cap.left_bytes;
	/* Believed is only what a seal covers.  Where the disk has no room for one, the
	 * records go up all the same: they are safer there. */
	if (up->send_to > s->state.next_seq && (s->flags & FV_SYNC_ALERT) == 0 &&
	    fv_journal_seal(j) == FV_OK)
		up->send_to = fv_journal_next_seq(j);
	up->map.from_seq = s->state.next_seq;
	up->map.cursor = s->state.cursor;
	up->map.checkpoint_size = s->checkpoints.seen.size;
	up->map.answer_max = s->state.cursor == 0 || (s->flags & FV_SYNC_FULL) != 0
	    ? ANSWER_FIRST
	    : ANSWER_DAILY;
	if (fv_syncround_base(s).size > 0) {
		up->map.checkpoint_size = fv_syncround_base(s).size;
		up->map.want |= FV_WANT_CONSISTENCY;
	}
	if (s->want_receipt)
		up->map.want |= FV_WANT_RECEIPT;
	/* Nothing else may hold up the answer that says that it is there. */
	if ((s->flags & FV_SYNC_ALERT) != 0)
		up->map.answer_max = ANSWER_ALERT;
	put_state(s, &up->map);
	if (fv_sos_load(s->app) == FV_OK && fv_sos_is_told(&s->app->sos)) {
		fv_sos_take_place(s->app);
		up->map.has_alert = true;
		up->map.alert = s->app->sos.alert;
		memcpy(up->map.alert.officer, s->app->officer, sizeof up->map.alert.officer);
	}
	return FV_OK;
}

struct keys {
	struct fv_envelope_hdr hdr;
	uint8_t pk_server[FV_KEY_BYTES];
	uint8_t handle_secret[FV_HANDLE_SECRET_BYTES];
	uint8_t sk_sync[FV_KEY_BYTES];
};

static enum fv_err
load_keys(struct fv_syncer *s, struct keys *keys)
{
	struct fv_store *store = s->app->store;
	int64_t key_id, number;
	enum fv_err rc;

	memset(keys, 0, sizeof *keys);
	if ((rc = fv_store_get_int(store, FV_SET_HPKE_KEY_ID, &key_id)) != FV_OK ||
	    (rc = fv_store_get_fixed(store, FV_SET_HPKE_PK, keys->pk_server, FV_KEY_BYTES)) !=
		FV_OK ||
	    (rc = fv_store_get_fixed(store, FV_SET_SK_SYNC, keys->sk_sync, FV_KEY_BYTES)) !=
		FV_OK ||
	    (rc = fv_store_get_fixed(store, FV_SET_HANDLE_SECRET, keys->handle_secret,
		 FV_HANDLE_SECRET_BYTES)) != FV_OK ||
	    (rc = fv_store_get_int(store, FV_SET_HANDLE_NUMBER, &number)) != FV_OK)
		return rc;
	keys->hdr.kind = FV_ENVELOPE_SYNC;
	keys->hdr.key_id = (uint8_t)key_id;
	fv_envelope_handle(
	    keys->handle_secret, s->use_first_handle ? 0 : (uint32_t)number, keys->hdr.handle);
	return FV_OK;
}

/* Seal the request and hand it to the link. */
static enum fv_err
send_planned(struct fv_syncer *s)
{
	struct keys *keys = fv_secret_alloc(sizeof *keys);
	struct fv_buf body = {0}, url = {0};
	enum fv_err rc = FV_ENOMEM;

	if (keys == NULL)
		goto cleanup;
	if ((rc = load_keys(s, keys)) != FV_OK)
		goto cleanup;
	const struct fv_envelope_to to = {.hdr = &keys->hdr,
	    .pk_server = keys->pk_server,
	    .sk_sync = keys->sk_sync,
	    .random = fv_random_system()};

	if ((rc = fv_syncup_build(&s->up, &to, &s->request, &body)) != FV_OK)
		goto cleanup;
	fv_buf_putf(&url, "%s/s/", s->app->identity.ticket.url);
	fv_envelope_hdr_put_path(&url, &keys->hdr);
	rc = FV_ENOMEM;
	if (fv_buf_z(&url) != NULL)
		rc = fv_linkproc_start(&s->link, fv_buf_z(&url), fv_buf_span(&body));
	s->result.has_no_link = rc == FV_ENOENT;
	fv_failpoint(FV_POINT_SYNC_SENT);
cleanup:
	fv_secret_free(keys);
	fv_buf_clear(&body);
	fv_buf_clear(&url);
	return rc;
}

enum fv_err
fv_syncround_send(struct fv_syncer *s)
{
	enum fv_err rc = plan(s);

	return rc == FV_OK ? send_planned(s) : rc;
}
