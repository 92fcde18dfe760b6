#include <fcntl.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "firmware-app/screen/ui.h"

static attr_t looks[FV_STYLE_COUNT];
static FILE *input; /* the terminal, opened anew */

static void
choose_looks(void)
{
	const char *none = getenv("NO_COLOR");

	looks[FV_STYLE_PLAIN] = A_NORMAL;
	looks[FV_STYLE_STRONG] = A_BOLD;
	looks[FV_STYLE_DIM] = A_DIM;
	looks[FV_STYLE_GOOD] = A_BOLD;
	looks[FV_STYLE_ASK] = A_BOLD | A_UNDERLINE;
	looks[FV_STYLE_BAD] = A_REVERSE;
	looks[FV_STYLE_BAR] = A_REVERSE;
	if ((none != NULL && *none != '\0') || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	init_pair(1, COLOR_WHITE, COLOR_GREEN);
	init_pair(2, COLOR_BLACK, COLOR_YELLOW);
	init_pair(3, COLOR_WHITE, COLOR_RED);
	looks[FV_STYLE_GOOD] = (attr_t)COLOR_PAIR(1) | A_BOLD;
	looks[FV_STYLE_ASK] = (attr_t)COLOR_PAIR(2);
	looks[FV_STYLE_BAD] = (attr_t)COLOR_PAIR(3) | A_BOLD;
}

bool
fv_term_is_poor(void)
{
	const char *name = getenv("TERM");
	static const char *const poor[] = {
	    "linux", "linux-16color", "vt100", "vt102", "vt220", "ansi", "dumb"};

	for (size_t i = 0; name != NULL && i < sizeof poor / sizeof poor[0]; i++) {
		if (strcmp(name, poor[i]) == 0)
			return true;
	}
	return false;
}

/* The terminal once more, not blocking: ncurses reads on inside a touch or a wide character
 * until all of it is there, and what was cut would stop the loop.  A description of its own
 * leaves the output, and the shell's input, as they are. */
static FILE *
open_input(void)
{
	int fd = open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	FILE *file;

	if (fd < 0)
		return stdin;
	if ((file = fdopen(fd, "r")) != NULL)
		return file;
	close(fd);
	return stdin;
}

int
fv_term_fd(void)
{
	return fileno(input);
}

bool
fv_term_open(void)
{
	input = open_input();
	/* initscr() would end the program where the terminal is not known. */
	if (newterm(NULL, stdout, input) == NULL)
		return false;
	set_escdelay(25);
	raw();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	meta(stdscr, TRUE);
	curs_set(0);
	mouseinterval(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	choose_looks();
	return true;
}

void
fv_term_close(void)
{
	endwin();
}

void
fv_term_resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

void
fv_term_size(int *rows_out, int *columns_out)
{
	getmaxyx(stdscr, *rows_out, *columns_out);
}

void
fv_term_clear(void)
{
	attrset((int)A_NORMAL);
	erase();
}

int
fv_term_put(int row, int column, int columns, enum fv_style style, const char *text)
{
	wchar_t line[512];
	size_t count = 0, n;
	int used = 0, width;

	while (count + 1 < sizeof line / sizeof line[0] &&
	    (n = fv_text_next(text, &line[count])) > 0) {
		width = wcwidth(line[count]);
		if (used + width > columns)
			break;
		used += width;
		text += n;
		count++;
	}
	if (row < 0 || row >= LINES || count == 0)
		return used;
	attrset((int)looks[style]);
	mvaddnwstr(row, column, line, (int)count);
	attrset((int)A_NORMAL);
	return used;
}

void
fv_term_fill(int row, int column, int columns, enum fv_style style, const char *text)
{
	int used = fv_term_put(row, column, columns, style, text);

	if (row < 0 || row >= LINES)
		return;
	attrset((int)looks[style]);
	for (; used < columns; used++)
		mvaddch(row, column + used, ' ');
	attrset((int)A_NORMAL);
}

void
fv_term_frame(int row, int column, int rows, int columns, enum fv_style style)
{
	static const wchar_t edges[] = L"\u250c\u2510\u2514\u2518\u2500\u2502";

	attrset((int)looks[style]);
	for (int y = 0; y < rows; y++) {
		bool is_first = y == 0, is_last = y == rows - 1;

		for (int x = 0; x < columns; x++) {
			const wchar_t *edge = NULL;

			if (is_first || is_last)
				edge = x == 0          ? &edges[is_first ? 0 : 2]
				    : x == columns - 1 ? &edges[is_first ? 1 : 3]
						       : &edges[4];
			else if (x == 0 || x == columns - 1)
				edge = &edges[5];
			if (edge != NULL)
				mvaddnwstr(row + y, column + x, edge, 1);
		}
	}
	attrset((int)A_NORMAL);
}

void
fv_term_cursor(int row, int column)
{
	curs_set(row >= 0);
	if (row >= 0)
		move(row, column);
}

void
fv_term_flush(void)
{
	refresh();
}

static int
special(int code)
{
	static const struct {
		int code, key;
	} keys[] = {{KEY_ENTER, FV_KEY_ENTER}, {KEY_UP, FV_KEY_UP}, {KEY_DOWN, FV_KEY_DOWN},
	    {KEY_LEFT, FV_KEY_LEFT}, {KEY_RIGHT, FV_KEY_RIGHT}, {KEY_BTAB, FV_KEY_BACKTAB},
	    {KEY_BACKSPACE, FV_KEY_BACKSPACE}, {KEY_DC, FV_KEY_DELETE},
	    {KEY_HOME, FV_KEY_HOME}, {KEY_END, FV_KEY_END}, {KEY_PPAGE, FV_KEY_PAGE_UP},
	    {KEY_NPAGE, FV_KEY_PAGE_DOWN}};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (keys[i].code == code)
			return keys[i].key;
	}
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return FV_KEY_F(code - KEY_F0);
	return FV_KEY_OTHER;
}

/* Of touches that arrive together ncurses tells one key; the touches themselves it gives out
 * newest first. */
#define TOUCHES 8 /* as many as ncurses keeps */
static struct fv_touch touches[TOUCHES];
static size_t touch_count;

static int
wheel_of(mmask_t state)
{
	if ((state & BUTTON4_PRESSED) != 0)
		return -1;
	return (state & BUTTON5_PRESSED) != 0 ? 1 : 0;
}

static void
take_touches(void)
{
	MEVENT event;

	while (touch_count < TOUCHES && getmouse(&event) == OK)
		touches[touch_count++] =
		    (struct fv_touch){event.y, event.x, wheel_of(event.bstate)};
}

static int
plain(wint_t c)
{
	switch (c) {
	case '\r':
	case '\n':
		return FV_KEY_ENTER;
	case 27:
		return FV_KEY_ESC;
	case '\t':
		return FV_KEY_TAB;
	case 8:
	case 127:
		return FV_KEY_BACKSPACE;
	default:
		return (int)c;
	}
}

int
fv_term_key(struct fv_touch *touch_out)
{
	wint_t c;
	int kind;

	*touch_out = (struct fv_touch){-1, -1, 0};
	if (touch_count == 0) {
		if ((kind = get_wch(&c)) == ERR)
			return FV_KEY_NONE;
		if (kind != KEY_CODE_YES)
			return plain(c);
		if (c != KEY_MOUSE)
			return special((int)c);
		take_touches();
	}
	if (touch_count > 0)
		*touch_out = touches[--touch_count];
	return FV_KEY_TOUCH;
}
