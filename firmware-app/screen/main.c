/* fieldvisit-screen: the screens of a handheld, on a terminal; all data is the agent's. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/reply.h"
#include "firmware-app/screen/ui.h"
#include "firmware-app/version.h"
#include "firmware-app/words.h"

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
show(const char *dir, bool is_practice)
{
	static struct fv_ui ui;
	bool is_english = fv_term_is_poor() && fv_ui_is_chinese();
	int signal_fd;

	if (is_english)
		fv_words_choose(fv_span_z("en"));
	if ((signal_fd = open_signals()) < 0 || !fv_term_open()) {
		fprintf(stderr, "fieldvisit-screen: %s\n",
		    _("this kind of terminal (TERM) is not known here; choose another"));
		return FV_EXIT_USAGE;
	}
	fv_ui_init(&ui, dir, is_practice);
	fv_ui_push(&ui, &fv_screen_home, NULL);
	if (is_english)
		fv_ui_say(
		    &ui, FV_STYLE_ASK, "This terminal cannot draw Chinese: English is used.");
	fv_ui_run(&ui, signal_fd);
	fv_ui_clear(&ui);
	fv_term_close();
	close(signal_fd);
	return FV_EXIT_OK;
}

int
main(int argc, char **argv)
{
	const char *dir = NULL;
	bool is_practice = argc == 4 && strcmp(argv[3], "--practice") == 0;

	fv_words_init();
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	/* A PIN and a card's text pass through here. */
	prctl(PR_SET_DUMPABLE, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("fieldvisit-screen %s\n", FV_VERSION);
		return FV_EXIT_OK;
	}
	if (argc == 3 + is_practice && strcmp(argv[1], "--dir") == 0)
		dir = argv[2];
	if (dir == NULL || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fprintf(stderr, "fieldvisit-screen: %s\n",
		    _("usage: fieldvisit-screen --dir DIR [--practice], on a terminal; "
		      "'fieldvisit' alone starts it"));
		return FV_EXIT_USAGE;
	}
	return show(dir, is_practice);
}
