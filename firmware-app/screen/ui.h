/*
 * What the toolkit's parts know of each other; screens include screen.h only.
 *
 *   term.c    the terminal (ncurses)          text.c    columns, wrapping, words for people
 *   page.c    what build() said               layout.c  where it goes, drawing, selecting
 *   calls.c   the agent's socket              starter.c starting an agent
 *   ui.c      stack, drawing, the loop        keys.c    what a key and a touch do
 *   view.c    the bar, the status             guide.c   what a learner does next
 */
#ifndef FV_SCREEN_UI_H
#define FV_SCREEN_UI_H

#include <poll.h>
#include <sys/types.h>

#include "firmware-app/screen/guide_step.h"
#include "firmware-app/screen/screen.h"

/* --- term.c --- */

struct fv_touch {
	int row, column;
	int wheel; /* -1 up, 1 down, 0: a touch */
};

/* Open the terminal.  False: errno-free, its kind is not known. */
bool fv_term_open(void);
void fv_term_close(void);
/* What to poll for keys. */
int fv_term_fd(void);
/* True when TERM names one that cannot draw Chinese. */
bool fv_term_is_poor(void);
void fv_term_resize(void);
void fv_term_size(int *rows_out, int *columns_out);
void fv_term_clear(void);
/* Put text at a place, cut to `columns`; unprintable characters become '?'.  Returns the
 * columns used. */
int fv_term_put(int row, int column, int columns, enum fv_style style, const char *text);
/* The same, the rest of the columns filled with blanks. */
void fv_term_fill(int row, int column, int columns, enum fv_style style, const char *text);
/* A box's edges. */
void fv_term_frame(int row, int column, int rows, int columns, enum fv_style style);
/* Show the cursor there; row -1: hide it. */
void fv_term_cursor(int row, int column);
void fv_term_flush(void);
/* The next key that waits; FV_KEY_NONE: none does; -1: the terminal is gone. */
int fv_term_key(struct fv_touch *touch_out);

/* --- text.c --- */

/* Decode the first character; bad bytes and controls give '?'.  Returns bytes, 0 at the end.
 */
size_t fv_text_next(const char *text, wchar_t *out);
int fv_text_columns(const char *text);
/* Bytes of the text that fit into `columns`. */
size_t fv_text_fit(const char *text, int columns);
/* Bytes of the first wrapped line, at least one character; *skip_out: blanks after it. */
size_t fv_text_break(const char *text, int columns, size_t *skip_out);
/* A key's name on a button. */
const char *fv_key_name(int key, char out[8]);

/* --- field.c --- */

/* One shown line of an area. */
struct fv_area_line {
	size_t from, len, next; /* bytes; where the next one begins */
	bool has_cursor;
};
/* The line that begins at byte `from`, 0 being the first.  False: there is none. */
bool fv_area_line(const struct fv_area *area, size_t from, struct fv_area_line *line_out);
/* --- page.c --- */

enum fv_item_shape {
	FV_SHAPE_LINE,
	FV_SHAPE_PAIR,
	FV_SHAPE_GAP,
	FV_SHAPE_BOX,
	FV_SHAPE_ART,
	FV_SHAPE_ROW,
	FV_SHAPE_MORE,
	FV_SHAPE_FIELD,
	FV_SHAPE_AREA,
	FV_SHAPE_BUTTON,
};

struct fv_page_item {
	enum fv_item_shape shape;
	enum fv_style style;
	int id, key;
	size_t text, label;     /* in the arena; label: of a pair or field, tail of a row */
	struct fv_field *field; /* held */
	struct fv_area *area;   /* held */
	/* set by the layout */
	int top, rows; /* in the body's lines, or of the screen for buttons */
	int left, columns;
};

struct fv_page {
	struct fv_buf arena;
	struct fv_page_item *items; /* owned */
	size_t count, cap;
	bool has_failed; /* out of memory */
	/* set by the layout */
	int body_top, body_rows, content_rows;
	int selected; /* among what can be selected, -1: none */
	int scroll;
};

void fv_page_reset(struct fv_page *page);
void fv_page_clear(struct fv_page *page);
const char *fv_page_text(const struct fv_page *page, size_t at);
bool fv_page_is_choice(const struct fv_page_item *item); /* row, field, area or button */
bool fv_page_is_typed(const struct fv_page_item *item);  /* field or area */
/* Give a key to what is typed into.  True: taken. */
bool fv_page_type(const struct fv_page_item *item, int key);

#define FV_ID_BACK (-2)
#define FV_ID_MORE (-3)

/* --- layout.c --- */

/* Place everything into rows top..bottom-1, scroll to the selected, draw. */
void fv_layout_draw(struct fv_page *page, int top, int bottom, int columns);
/* The nth choice; NULL: none. */
struct fv_page_item *fv_layout_choice(struct fv_page *page, int n);
int fv_layout_choices(const struct fv_page *page);
/* What lies at a place of the screen; NULL: nothing to choose.  *n_out: which choice. */
struct fv_page_item *fv_layout_at(struct fv_page *page, int row, int column, int *n_out);

/* --- calls.c --- */

#define FV_CALLS_MAX 8U

struct fv_ui_call {
	int fd;      /* -1: free, or not connected yet */
	pid_t child; /* a verb that runs as a process: fd is its output; 0: none */
	bool is_used;
	unsigned owner; /* serial of the frame; 0: the toolkit */
	fv_answer_fn *on;
	int tag;
	struct fv_buf out, in;
	size_t sent;
	char what[64]; /* "": silent */
	char verb[24];
	int64_t since_ms, until_ms; /* CLOCK_MONOTONIC */
};

/* Begin; false: none is free. */
bool fv_calls_begin(struct fv_ui *ui, const struct fv_ask *ask, unsigned owner);
size_t fv_calls_poll(const struct fv_ui *ui, struct pollfd *fds);
void fv_calls_serve(struct fv_ui *ui, const struct pollfd *fds, size_t count);
/* The call that has been shown longest; NULL: none over half a second. */
const struct fv_ui_call *fv_calls_shown(const struct fv_ui *ui);
/* Stop waiting for all that are shown. */
void fv_calls_give_up(struct fv_ui *ui);
void fv_calls_drop(struct fv_ui_call *call);
int fv_calls_timeout_ms(const struct fv_ui *ui);

/* --- starter.c --- */

/* fieldvisit beside this program, or where an installation has it; else from PATH. */
void fv_starter_find(char *out, size_t cap);
/* Run `fieldvisit WORDS` with its output in a pipe.  Returns the pipe; -1: could not. */
int fv_starter_run(const struct fv_ui *ui, const struct fv_ask *ask, pid_t *child_out);

/* Start `fieldvisit agent` for the folder, once; true: started now. */
bool fv_starter_start(struct fv_ui *ui);
/* The last line logged by the one that was started and has ended; NULL: it still runs. */
const char *fv_starter_why(const struct fv_ui *ui);

/* --- ui.c --- */

#define FV_FRAMES_MAX 12U
#define FV_DEAD_MAX 64U /* closed in one turn of the loop */

struct fv_frame {
	const struct fv_screen *screen;
	void *state;     /* owned */
	unsigned serial; /* never used again */
	int selected, scroll;
};

struct fv_ui {
	const char *dir;
	struct fv_frame frames[FV_FRAMES_MAX];
	size_t depth;
	unsigned serial, running; /* the frame whose code runs */
	struct fv_frame dead[FV_DEAD_MAX];
	size_t dead_count;
	struct fv_ui_call calls[FV_CALLS_MAX];
	struct fv_page page;
	struct fv_view view;
	json_t *status; /* owned */
	bool is_practice;
	json_t *trail;    /* owned; the newest records, in practice only */
	bool has_checked; /* a case was opened */
	bool has_status_call;
	int64_t status_at_ms; /* when to ask next, monotonic */
	int64_t key_at_ms;    /* of the last key */
	int64_t drawn_at_ms;
	bool is_blank, is_dirty, is_over;
	int64_t sos_at_ms[3];
	char message[640];
	enum fv_style message_style;
	int rows, columns;
	pid_t agent; /* started here; 0: none */
	int64_t agent_at_ms;
	off_t agent_log;
	char agent_why[240];
};

int64_t fv_mono_ms(void);
void fv_ui_init(struct fv_ui *ui, const char *dir, bool is_practice);
void fv_ui_clear(struct fv_ui *ui);
/* Run until over.  `signal_fd` tells of SIGWINCH and of the end. */
void fv_ui_run(struct fv_ui *ui, int signal_fd);
/* The frame that is shown.  Returns borrowed: until the stack changes. */
struct fv_frame *fv_ui_top(struct fv_ui *ui);
/* Hand an answer to its owner. */
void fv_ui_take_answer(
    struct fv_ui *ui, const struct fv_ui_call *call, const struct fv_answer *answer);

/* --- keys.c --- */

/* `where`: of FV_KEY_TOUCH.  The page's items have their places. */
void fv_ui_take_key(struct fv_ui *ui, int key, const struct fv_touch *where);

/* --- view.c --- */

void fv_view_tick(struct fv_ui *ui); /* ask when it is time */
void fv_view_draw_bar(struct fv_ui *ui, const char *title);
/* The mark of practice as this terminal can draw it; "" on a bank's handheld. */
const char *fv_view_mark(const struct fv_ui *ui);

/* --- guide.c --- */

/* What a learner is to press now; "" where nobody learns. */
void fv_guide_put(struct fv_ui *ui, char *out, size_t cap);

#endif
