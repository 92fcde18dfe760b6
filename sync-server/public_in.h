/* What the parts of the borrower's pages share.  Private to public*.c. */
#ifndef FV_PUBLIC_IN_H
#define FV_PUBLIC_IN_H

#include <pthread.h>

#include "fv/codes.h"
#include "fv/settings.h"
#include "sync-server/care.h"
#include "sync-server/public.h"
#include "sync-server/public_words.h"
#include "sync-server/store/staff.h"

/* -- what is asked --------------------------------------------------------------------- */

enum public_place {
	PUBLIC_NOWHERE,
	PUBLIC_HOME,
	PUBLIC_BADGE,
	PUBLIC_VISIT,
	PUBLIC_COMPLAIN,
	PUBLIC_RECEIPT,
	PUBLIC_STYLE,
};

struct public_route {
	enum public_place place;
	bool has_code; /* something stands behind the place, */
	bool is_good;  /* and it is a code: */
	char code[FV_CODE_BYTES];
};

/* Where a path leads; never fails. */
void public_route_read(const char *path, struct public_route *out);

/* -- forms ---------------------------------------------------------------------------- */

#define PUBLIC_TOKEN_BYTES 81U /* hex of random, time and MAC, and NUL */
#define PUBLIC_TOKEN_LIFE_MS (INT64_C(24) * 3600000)
#define PUBLIC_TEXT_CHARS 2000U /* of what a borrower writes */

/* What a form holds, as it was typed. */
struct public_form {
	enum fv_care_kind kind; /* 0: none was chosen */
	bool has_code;
	char code[FV_CODE_BYTES];
	uint32_t days;                                                 /* bit 0 Monday */
	struct fv_buf text, contact, who, place, day, from, to, token; /* owned */
	int64_t day_number; /* of `day`, with has_day */
	bool has_day;
	char windows[FV_STORE_WINDOWS_BYTES];
	enum public_word wrong; /* what to mend first; W_NONE: nothing */
};

/* Read a body; what is wrong with it is said in out->wrong.  Owned: public_form_clear().
 * Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err public_form_read(
    const struct fv_web_request *request, int64_t now_ms, struct public_form *out);
void public_form_clear(struct public_form *form);

/* A token of a form that was fetched here, and the receipt that belongs to it: a form that
 * is sent twice has one. */
void public_token_make(
    const uint8_t key[FV_KEY_BYTES], int64_t now_ms, char token_out[PUBLIC_TOKEN_BYTES]);
/* Errors: FV_EAUTH  it was not made here, or is too old  (receipt_out is empty) */
FV_NODISCARD enum fv_err public_token_check(const uint8_t key[FV_KEY_BYTES], int64_t now_ms,
    struct fv_span token, char receipt_out[FV_CODE_BYTES]);

/* -- how often -------------------------------------------------------------------------- */

#define PUBLIC_SLOTS 4096U

/* Tokens of a bucket that fills again; all zero is full. */
struct public_bucket {
	int64_t at_ms;
	int64_t used_ms; /* of its filling time */
};
struct public_limit {
	struct public_bucket looks[PUBLIC_SLOTS], posts[PUBLIC_SLOTS], codes[PUBLIC_SLOTS];
};

enum public_use {
	PUBLIC_LOOK,     /* a page: 40 at once, then one every 2 s */
	PUBLIC_POST,     /* a form: 10 at once, then one every 2 min */
	PUBLIC_NEW_CODE, /* a code that nobody knows: 10 at once, then one an hour */
};
/* May this address do that now?  IPv6 by /64.  The key spreads addresses over slots. */
bool public_limit_take(struct public_limit *limit, const uint8_t key[FV_KEY_BYTES],
    const char *client, enum public_use use, int64_t now_ms);

/* -- pages ------------------------------------------------------------------------------- */

struct fv_public {
	struct fv_host *host;
	struct fv_writer *writer;
	pthread_mutex_t lock; /* of all below */
	struct fv_store *reader;
	struct public_limit *limit; /* owned */
	uint8_t *key;               /* owned secret; of tokens and slots, new at each start */
};

/* One request being answered. */
struct page {
	struct fv_public *public;
	const struct fv_web_request *request;
	struct fv_web_answer *answer;
	struct fv_buf *out; /* the answer's body */
	struct public_route route;
	struct fv_settings *settings; /* owned; NULL: all defaults */
	bool is_chinese, has_lang;    /* has_lang: chosen by ?lang= */
	int64_t now_ms;
};

/* Values by name; NULL: absent, or a request made by hand. */
const char *public_query(const struct fv_web_request *request, const char *name);
bool public_is_chinese(const struct fv_web_request *request, bool *is_chosen_out);

/* The word in the page's language.  Returns borrowed: static storage. */
const char *public_word(const struct page *page, enum public_word word);
/* Append a word; text from outside, escaped; an attribute's URL with the language kept. */
void public_put(struct page *page, enum public_word word);
void public_put_text(struct page *page, struct fv_span text);
void public_put_raw(struct page *page, const char *html);
void public_put_path(struct page *page, const char *path);
/* An agency by its plain name; by its id where it has none. */
void public_put_agency(struct page *page, const char *id);
/* "2026-03-02 21:50 (Asia/Shanghai)"; without the hour when `is_day`. */
void public_put_time(struct page *page, int64_t utc_ms, const char *zone, bool is_day);
/* A code in groups of four. */
void public_put_code(struct page *page, const char code[FV_CODE_BYTES]);
/* What may be asked, in the borrower's words. */
enum public_word public_kind_word(enum fv_care_kind kind);

/* Begin and end a page; `title` stands in both. */
void public_begin(struct page *page, enum public_word title);
void public_end(struct page *page);
/* The telephone numbers there are. */
void public_put_numbers(struct page *page);

void public_home(struct page *page);
void public_badge(struct page *page);
void public_visit(struct page *page);
void public_receipt(struct page *page);
/* The empty form, or `form` again with what is wrong. */
void public_form_page(struct page *page, const struct public_form *form);
void public_take(struct page *page);
void public_refuse(struct page *page, uint32_t status, enum public_word why);

/* The style sheet in pieces, ended by NULL. */
extern const char *const public_style[];

#endif
