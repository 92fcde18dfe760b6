/*
 * The toolkit of the screens, and what a screen is.
 *
 * A screen is one file screen_X.c: a row of functions (struct fv_screen) over a state of
 * its own.  Screens lie on a stack; the top one is shown.  A screen never draws: it says
 * what is on its page (fv_page_*), and the toolkit lays that out from 40 by 15 upwards,
 * wraps and cuts by columns, scrolls, selects, and takes keys and touches.  `build` is
 * called before every repaint and every key, so it only reads the state.
 *
 *     static const struct fv_screen screen = {.title = N_("Note"), .state_bytes = ...,
 *         .open = ..., .build = ..., .act = ...};
 *     fv_ui_push(ui, &screen, NULL);
 *
 * Whatever a screen does, it asks the agent to do (fv_ui_ask): one verb with --json, the
 * answer comes by a callback, and no call ever blocks.  An answer for a screen that was
 * closed meanwhile is dropped.  fv_view holds what the last `status` said.
 *
 * Privacy: while fv_ui_is_hiding() no name, amount or phone may be on a page.  The state of
 * a screen is wiped when it closes; release in `close` what it owns.
 *
 * Threads: one.  Memory: a state lives as long as its screen is on the stack.
 */
#ifndef FV_SCREEN_SCREEN_H
#define FV_SCREEN_SCREEN_H

#include <jansson.h>
#include <libintl.h>

#include "fv/bytes.h"

#ifndef _
#define _(s) gettext(s)
#endif
#define N_(s) s

#define FV_UI_COLUMNS_MIN 40
#define FV_UI_ROWS_MIN 15
#define FV_UI_WAIT_MS 10000 /* for an answer, when a call names no time */

struct fv_ui;
struct fv_page;

/* --- how text looks; each also carries its meaning in words --- */

enum fv_style {
	FV_STYLE_PLAIN,
	FV_STYLE_STRONG,
	FV_STYLE_DIM,
	FV_STYLE_GOOD, /* nothing forbids it; done */
	FV_STYLE_ASK,  /* a person must decide; not sure */
	FV_STYLE_BAD,  /* forbidden, failed, held */
	FV_STYLE_BAR,  /* the toolkit's bar; what is selected */
	FV_STYLE_COUNT,
};

/* --- keys: a character, or one of these --- */

enum fv_key {
	FV_KEY_NONE = 0,
	FV_KEY_ENTER = 0x200000,
	FV_KEY_ESC,
	FV_KEY_UP,
	FV_KEY_DOWN,
	FV_KEY_LEFT,
	FV_KEY_RIGHT,
	FV_KEY_TAB,
	FV_KEY_BACKTAB,
	FV_KEY_BACKSPACE,
	FV_KEY_DELETE,
	FV_KEY_HOME,
	FV_KEY_END,
	FV_KEY_PAGE_UP,
	FV_KEY_PAGE_DOWN,
	FV_KEY_TOUCH, /* the toolkit's own */
	FV_KEY_OTHER, /* one without a meaning */
	FV_KEY_F0 = 0x200100,
};
#define FV_KEY_F(n) (FV_KEY_F0 + (n))

/* --- text that is typed --- */

#define FV_FIELD_BYTES 256U

/* One line.  All zero is an empty one.  Lives in a screen's state. */
struct fv_field {
	char text[FV_FIELD_BYTES]; /* UTF-8, ended by a NUL */
	size_t len, at;            /* bytes; the cursor */
	bool is_secret;            /* shown as dots */
	const char *only;          /* characters taken; NULL: all that can be printed */
};

void fv_field_set(struct fv_field *field, const char *text);
/* Take an editing key or a character.  True: taken. */
bool fv_field_key(struct fv_field *field, int key);

#define FV_AREA_BYTES 8192U

/* Several lines.  All zero is an empty one.  Lives in a screen's state. */
struct fv_area {
	char text[FV_AREA_BYTES]; /* UTF-8, ended by a NUL */
	size_t len, at;           /* bytes; the cursor */
	int columns, line;        /* the layout's: its width, the cursor's line */
};

/* Insert at the cursor.  False: it is full, nothing was. */
bool fv_area_put(struct fv_area *area, const char *text);
/* Take an editing key, a character or Enter.  True: taken. */
bool fv_area_key(struct fv_area *area, int key);

/* --- a page: what `build` says, from top to bottom --- */

/* A paragraph, wrapped; '\n' begins a new line. */
void fv_page_line(struct fv_page *page, enum fv_style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* "label  text": the text wraps behind the label. */
void fv_page_pair(struct fv_page *page, enum fv_style style, const char *label,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void fv_page_gap(struct fv_page *page);
/* A filled box over the whole width; its first line stands out. */
void fv_page_box(struct fv_page *page, enum fv_style style, const char *text);
/* A line that is neither wrapped nor filled, centred (a QR code). */
void fv_page_art(struct fv_page *page, const char *line);
/* A row to choose, numbered; `tail` (may be NULL) stands at the right of the first line. */
void fv_page_row(
    struct fv_page *page, int id, enum fv_style style, const char *title, const char *tail);
/* One more line of the row before. */
void fv_page_more(struct fv_page *page, enum fv_style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A line to type into; Enter on it is the action `id`. */
void fv_page_field(struct fv_page *page, int id, const char *label, struct fv_field *field);
/* Several lines to type into, wrapped; Enter begins a new one. */
void fv_page_area(struct fv_page *page, int id, struct fv_area *area);
/* An action with its key, below the page; it can be touched. */
void fv_page_button(struct fv_page *page, int id, int key, const char *label);

/* --- a screen --- */

enum fv_screen_flag {
	FV_SCREEN_LOCKED_TOO = 1, /* may be opened and stay while the handheld is locked */
	FV_SCREEN_TICKS = 2,      /* shows a clock: repainted each second */
	FV_SCREEN_ROOT = 4,       /* Esc does not close it */
};

struct fv_screen {
	const char *title;  /* N_("...") */
	size_t state_bytes; /* of its state, zeroed */
	unsigned flags;
	/* Shown for the first time; `arg` is the caller's and dies after this. */
	void (*open)(struct fv_ui *ui, void *state, const void *arg);
	/* On top again: the screen above was closed. */
	void (*again)(struct fv_ui *ui, void *state);
	/* Release what the state owns; the state is wiped after. */
	void (*close)(void *state);
	/* Say what is on the page. */
	void (*build)(struct fv_ui *ui, void *state, struct fv_page *page);
	/* The row, field or button `id` was chosen. */
	void (*act)(struct fv_ui *ui, void *state, int id);
	/* A key before the toolkit sees it (Esc also for the touched "Back").  True: taken. */
	bool (*key)(struct fv_ui *ui, void *state, int key);
	/* A field or area took a key. */
	void (*typed)(struct fv_ui *ui, void *state);
};

/* Open a screen on top.  While locked, only those that may. */
void fv_ui_push(struct fv_ui *ui, const struct fv_screen *screen, const void *arg);
/* Close the screen on top. */
void fv_ui_pop(struct fv_ui *ui);
/* Close all but the first. */
void fv_ui_home(struct fv_ui *ui);
/* Close the screen on top and open another in its place. */
void fv_ui_swap(struct fv_ui *ui, const struct fv_screen *screen, const void *arg);

/* Select the nth choice of the screen on top: rows and fields, then buttons. */
void fv_ui_select(struct fv_ui *ui, int n);

/* A sentence at the bottom, until the next key. */
void fv_ui_say(struct fv_ui *ui, enum fv_style style, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* --- asking the agent --- */

struct fv_answer {
	int exit;             /* of the verb */
	bool has_failed;      /* no answer, or one that is an error: `text` says it */
	const json_t *json;   /* borrowed; NULL when it has failed */
	const char *id;       /* of the failure ("wrong-pin"); "" when none */
	const char *text;     /* sentence of the failure */
	const char *warnings; /* remarks of an answer that is good; "" when none */
};

/* `state` is the asking screen's. */
typedef void fv_answer_fn(
    struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer);

#define FV_ASK_WORDS 24U

struct fv_ask {
	const char *verb;
	const char *words[FV_ASK_WORDS]; /* after the verb, ended by NULL */
	struct fv_span inputs[2];        /* what `prepare` would have read (PIN, note) */
	const char *what; /* translated, "checking": shown after half a second */
	fv_answer_fn *on; /* NULL: nobody listens; a failure is said */
	int tag;          /* handed to `on` */
	int wait_ms;      /* 0: FV_UI_WAIT_MS */
	bool is_program;  /* as a process of its own: for a verb that reads files */
};

/*
 * Send one call; everything is copied.  The answer, or that none came in time, goes to `on`
 * with the state of the screen that is running now.
 */
void fv_ui_ask(struct fv_ui *ui, const struct fv_ask *ask);
/* True while the running screen waits for an answer. */
bool fv_ui_is_asking(const struct fv_ui *ui);

/* --- what the handheld is doing, from the last `status --json` --- */

struct fv_view {
	bool is_known; /* an answer came */
	bool is_stale; /* and the agent has not answered since */
	bool is_locked;
	bool has_visit;
	char visit[48], case_id[32];
	int64_t visit_ms;
	bool is_carried; /* left open and open again after a restart */
	bool has_outcome;
	bool is_identified; /* the identity was confirmed in this visit */
	bool has_shift, is_paused;
	bool is_recording; /* positions on the way, not only where a visit begins and ends */
	int64_t shift_ms;
	const json_t *json; /* all of it; borrowed until the next answer; NULL: none yet */
};

const struct fv_view *fv_ui_view(const struct fv_ui *ui);
/* That this handheld is revoked and what to do, where it is. */
void fv_view_put_revoked(const struct fv_view *view, struct fv_page *page);
/* A visit has begun, says the answer of `begin`: names are hidden and its keys work from
 * this moment, not from the next status on. */
void fv_ui_begun(struct fv_ui *ui, const json_t *answer);
/* Ask for the status now, not only at the next turn. */
void fv_ui_refresh(struct fv_ui *ui);
/* True when names, amounts and phones may not be shown: a visit is open and the identity of
 * who opened was not confirmed. */
bool fv_ui_is_hiding(const struct fv_ui *ui);
bool fv_ui_is_chinese(void);
/* Speak Chinese or English from now on. */
void fv_ui_speak(struct fv_ui *ui, bool is_chinese);
/* End these screens; the agent stays. */
void fv_ui_quit(struct fv_ui *ui);

/* --- reading answers; NULL and other types give the empty value --- */

const char *fv_json_str(const json_t *object, const char *key); /* "" */
bool fv_json_is(const json_t *object, const char *key);         /* true only for true */
int64_t fv_json_number(const json_t *object, const char *key);  /* 0 */
/* An RFC 3339 instant as ms UTC; 0: none. */
int64_t fv_json_ms(const json_t *object, const char *key);

/* --- words for people --- */

#define FV_WHEN_BYTES 40U
/* "19:40", or "03-02 19:40" on another day.  Returns borrowed: out. */
const char *fv_when(int64_t utc_ms, char out[FV_WHEN_BYTES]);
/* "12 s", "4 min", "3 h", "2 d".  Returns borrowed: out. */
const char *fv_lasting(int64_t ms, char out[FV_WHEN_BYTES]);
/* "0:04:31".  Returns borrowed: out. */
const char *fv_timer(int64_t ms, char out[FV_WHEN_BYTES]);
int64_t fv_now_ms(void);

/* --- the screens that others open --- */

/* "Do it?" Enter does it: one verb.  After a good answer the screen closes and `done` is
 * said.  The texts are N_() constants, the words constants: they are held, not copied. */
struct fv_confirm {
	const char *title, *question, *done;
	enum fv_style style;
	const char *verb;
	const char *words[6]; /* ended by NULL */
	bool is_home_after;   /* go home, not only back */
};
extern const struct fv_screen fv_screen_confirm; /* arg: const struct fv_confirm * */
extern const struct fv_confirm fv_confirm_stop, fv_confirm_leave;

#define FV_PARTNER_BYTES 32U
/* The officer who was chosen to come along; "": nobody. */
const char *fv_partner(void);

extern const struct fv_screen fv_screen_home;
extern const struct fv_screen fv_screen_lock;
extern const struct fv_screen fv_screen_case; /* arg: const json_t * of the plan's row */
extern const struct fv_screen fv_screen_with; /* who comes along */
extern const struct fv_screen fv_screen_visit;
extern const struct fv_screen fv_screen_end;
extern const struct fv_screen fv_screen_sync;
extern const struct fv_screen fv_screen_settings;
extern const struct fv_screen fv_screen_sos;
extern const struct fv_screen fv_screen_consent;
extern const struct fv_screen fv_screen_contact; /* arg: const char * of the case */
extern const struct fv_screen fv_screen_attach;

/* Who is it, and his PIN. */
enum fv_person {
	FV_PERSON_COSIGN, /* joins the open visit by PIN, or by a code of his own handheld */
	FV_PERSON_LOGIN,  /* takes this handheld */
};
extern const struct fv_screen fv_screen_person; /* arg: const enum fv_person * */

#endif
