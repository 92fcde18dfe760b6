#include "sync-server/desk/session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_MAX 512U

struct slot {
	bool is_used;
	struct fv_hash token;      /* SHA-256 of the cookie's text */
	char account[FV_ID_BYTES]; /* who; the rest is read anew each time */
	uint64_t epoch;
	char csrf[DESK_TOKEN_CHARS];
	struct desk_session_row row;
};

struct desk_sessions {
	pthread_mutex_t lock;
	struct desk_session_opts opts;
	struct slot slots[SESSIONS_MAX];
};

enum fv_err
desk_sessions_new(const struct desk_session_opts *opts, struct desk_sessions **out)
{
	struct desk_sessions *s = calloc(1, sizeof *s);

	*out = s;
	if (s == NULL)
		return FV_ENOMEM;
	s->opts = *opts;
	if (s->opts.idle_ms == 0)
		s->opts.idle_ms = DESK_IDLE_MS;
	if (s->opts.age_ms == 0)
		s->opts.age_ms = DESK_AGE_MS;
	if (s->opts.random.fill == NULL)
		s->opts.random = fv_random_system();
	pthread_mutex_init(&s->lock, NULL);
	return FV_OK;
}

void
desk_sessions_free(struct desk_sessions *sessions)
{
	if (sessions == NULL)
		return;
	pthread_mutex_destroy(&sessions->lock);
	fv_wipe(sessions, sizeof *sessions);
	free(sessions);
}

static void
end(struct slot *slot)
{
	fv_wipe(slot, sizeof *slot);
}

static bool
is_over(const struct desk_sessions *s, const struct slot *slot, int64_t now_ms)
{
	return now_ms - slot->row.used_ms >= s->opts.idle_ms ||
	    now_ms - slot->row.began_ms >= s->opts.age_ms;
}

/* NULL: none. */
static struct slot *
find(struct desk_sessions *s, const char *cookie)
{
	struct slot *found = NULL;
	struct fv_hash hash;

	if (cookie == NULL || strlen(cookie) != DESK_TOKEN_CHARS - 1)
		return NULL;
	fv_sha256(fv_span_z(cookie), &hash);
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (s->slots[i].is_used &&
		    fv_ct_equal(s->slots[i].token.b, hash.b, FV_HASH_BYTES))
			found = &s->slots[i];
	return found;
}

void
desk_who_of(const struct fv_store_account *account, struct desk_who *out)
{
	memset(out, 0, sizeof *out);
	memcpy(out->id, account->id, sizeof out->id);
	memcpy(out->name, account->name, sizeof out->name);
	memcpy(out->agency, account->agency, sizeof out->agency);
	memcpy(out->officer, account->officer, sizeof out->officer);
	out->role = (enum desk_role)account->role;
	out->rights = desk_rights(out->role);
	/* Whoever is bound to an agency without one would see every agency's things. */
	if (out->role == DESK_MANAGER && out->agency[0] == '\0')
		out->rights = 0;
}

/* Take a copy of the slot of a session that is not over. */
static bool
look_up(
    struct desk_sessions *s, const char *cookie, bool is_use, int64_t now_ms, struct slot *out)
{
	struct slot *slot;

	pthread_mutex_lock(&s->lock);
	slot = find(s, cookie);
	if (slot != NULL && is_over(s, slot, now_ms)) {
		end(slot);
		slot = NULL;
	}
	if (slot != NULL) {
		if (is_use && now_ms > slot->row.used_ms)
			slot->row.used_ms = now_ms;
		*out = *slot;
	}
	pthread_mutex_unlock(&s->lock);
	return slot != NULL;
}

static void
show(const struct desk_sessions *s, const struct slot *slot,
    const struct fv_store_account *account, struct desk_session *out)
{
	desk_who_of(account, &out->who);
	memcpy(out->csrf, slot->csrf, sizeof out->csrf);
	memcpy(out->ref, slot->row.ref, sizeof out->ref);
	out->idle_ms = s->opts.idle_ms;
	out->ends_ms = slot->row.began_ms + s->opts.age_ms;
}

enum fv_err
desk_session_find(struct desk_sessions *sessions, struct fv_store *store, const char *cookie,
    bool is_use, int64_t now_ms, struct desk_session *out)
{
	struct fv_store_account account = {0};
	struct slot slot;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (!look_up(sessions, cookie, is_use, now_ms, &slot))
		return FV_ENOENT;
	rc = fv_store_account_get(store, fv_span_z(slot.account), &account);
	if (rc == FV_OK && (account.is_disabled || account.epoch != slot.epoch)) {
		desk_session_end(sessions, cookie);
		rc = FV_ENOENT;
	}
	if (rc == FV_OK)
		show(sessions, &slot, &account, out);
	fv_wipe(&account, sizeof account);
	fv_wipe(&slot, sizeof slot);
	return rc;
}

bool
desk_session_csrf(const struct desk_session *session, const char *header)
{
	return header != NULL && strlen(header) == DESK_TOKEN_CHARS - 1 &&
	    session->csrf[0] != '\0' &&
	    fv_ct_equal(session->csrf, header, DESK_TOKEN_CHARS - 1);
}

/* The least recently used of an account when it has its fill, else a free one, else one
 * that is over.  NULL: none. */
static struct slot *
make_room(struct desk_sessions *s, const char *account, int64_t now_ms)
{
	struct slot *room = NULL, *oldest = NULL;
	size_t count = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct slot *slot = &s->slots[i];
		if (slot->is_used && is_over(s, slot, now_ms))
			end(slot);
		if (!slot->is_used) {
			room = room == NULL ? slot : room;
			continue;
		}
		if (strcmp(slot->account, account) != 0)
			continue;
		count++;
		if (oldest == NULL || slot->row.used_ms < oldest->row.used_ms)
			oldest = slot;
	}
	if (count >= DESK_SESSIONS_EACH_MAX) {
		end(oldest);
		return oldest;
	}
	return room;
}

static void
make_hex(struct fv_random random, char *out, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t raw[FV_HASH_BYTES];

	fv_random_fill(random, raw, bytes);
	for (size_t i = 0; i < bytes; i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
	out[2 * bytes] = '\0';
	fv_wipe(raw, sizeof raw);
}

enum fv_err
desk_session_begin(struct desk_sessions *sessions, const struct fv_store_account *account,
    const char *client, const char *old_cookie, int64_t now_ms,
    char token_out[DESK_TOKEN_CHARS], struct desk_session *out)
{
	struct slot *slot;

	token_out[0] = '\0';
	memset(out, 0, sizeof *out);
	pthread_mutex_lock(&sessions->lock);
	if ((slot = find(sessions, old_cookie)) != NULL)
		end(slot);
	if ((slot = make_room(sessions, account->id, now_ms)) != NULL) {
		make_hex(sessions->opts.random, token_out, FV_HASH_BYTES);
		make_hex(sessions->opts.random, slot->csrf, FV_HASH_BYTES);
		make_hex(
		    sessions->opts.random, slot->row.ref, (DESK_SESSION_REF_CHARS - 1) / 2);
		fv_sha256(fv_span_z(token_out), &slot->token);
		memcpy(slot->account, account->id, sizeof slot->account);
		slot->epoch = account->epoch;
		slot->row.began_ms = slot->row.used_ms = now_ms;
		(void)snprintf(slot->row.client, sizeof slot->row.client, "%s", client);
		slot->is_used = true;
		show(sessions, slot, account, out);
	}
	pthread_mutex_unlock(&sessions->lock);
	return slot != NULL ? FV_OK : FV_ENOMEM;
}

void
desk_session_end(struct desk_sessions *sessions, const char *cookie)
{
	struct slot *slot;

	pthread_mutex_lock(&sessions->lock);
	if ((slot = find(sessions, cookie)) != NULL)
		end(slot);
	pthread_mutex_unlock(&sessions->lock);
}

size_t
desk_session_end_of(
    struct desk_sessions *sessions, const char *account, const char *keep_cookie)
{
	const struct slot *kept;
	size_t ended = 0;

	pthread_mutex_lock(&sessions->lock);
	kept = find(sessions, keep_cookie);
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct slot *slot = &sessions->slots[i];
		if (!slot->is_used || slot == kept || strcmp(slot->account, account) != 0)
			continue;
		end(slot);
		ended++;
	}
	pthread_mutex_unlock(&sessions->lock);
	return ended;
}

size_t
desk_session_list(struct desk_sessions *sessions, const char *account, int64_t now_ms,
    struct desk_session_row rows[DESK_SESSIONS_EACH_MAX])
{
	size_t count = 0;

	pthread_mutex_lock(&sessions->lock);
	for (size_t i = 0; i < SESSIONS_MAX && count < DESK_SESSIONS_EACH_MAX; i++) {
		const struct slot *slot = &sessions->slots[i];
		if (slot->is_used && strcmp(slot->account, account) == 0 &&
		    !is_over(sessions, slot, now_ms))
			rows[count++] = slot->row;
	}
	pthread_mutex_unlock(&sessions->lock);
	return count;
}

void
desk_session_cookie(
    const struct fv_web_request *web, struct fv_web_answer *answer, const char *token)
{
	fv_web_put(answer, "Set-Cookie",
	    DESK_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
	    token != NULL ? token : "", token != NULL ? "" : "; Max-Age=0",
	    web->is_tls ? "; Secure" : "");
}
