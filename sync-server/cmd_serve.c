/* fieldvisitd serve: what is asked for, and whether it may be served like that. */
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sync-server/address.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/serving.h"

#define DEFAULT_SYNC "127.0.0.1:8460"

static int
usage(FILE *out, int code)
{
	fputs(
	    "usage: fieldvisitd serve [--sync HOST:PORT] [--desk HOST:PORT] [--tiles URL]\n"
	    "                         [--tls-cert FILE --tls-key FILE | --behind-proxy]\n"
	    "                         [--desk-idle SECONDS] [--idle SECONDS]\n"
	    "                         [--public HOST:PORT] [--owntracks] [--no-judge]\n"
	    "                         [--alert CMD[,CMD2...]] [--inbox DIR]\n"
	    "                         [--inbox-encoding gbk] [--inbox-zone ZONE]\n"
	    "                         [--inbox-excel-dates]\n"
	    "  --sync HOST:PORT   where handhelds sync (default " DEFAULT_SYNC
	    "; port 0: any)\n"
	    "  --desk HOST:PORT   the supervisors' desk, /healthz and /metrics (default: "
	    "off)\n"
	    "  --tiles URL        map tiles for the desk, with {z}, {x} and {y} (default: "
	    "coastlines)\n"
	    "  --tls-cert FILE    the desk's certificate and its chain, PEM\n"
	    "  --tls-key FILE     its key, PEM\n"
	    "  --behind-proxy     a proxy on this machine has the TLS; it names the clients\n"
	    "  --desk-idle N      a session ends when nothing came for N s (default 1800)\n"
	    "  --idle N           a connection that is silent for N s is cut (default 60)\n"
	    "  --public HOST:PORT the borrower's pages, and nothing else (default: off)\n"
	    "  --owntracks        the desk takes positions of OwnTracks apps at /pub, "
	    "unsigned\n"
	    "  --no-judge         leave verdicts to 'audit run'; the queue waits for it\n"
	    "  --alert CMD[,...]  programs that tell people of alerts, one after the other\n"
	    "  --inbox DIR        take the files that other systems put there (default: off)\n"
	    "  --inbox-encoding E what its tables are in: utf-8 (default) or gbk\n"
	    "  --inbox-zone ZONE  the clock of its times without an offset (default: none)\n"
	    "  --inbox-excel-dates  numbers such as 46083 are dates there\n",
	    out);
	return code;
}

/* Without TLS passwords and what a borrower writes would cross a network in the clear. */
static bool
is_listener_safe(const struct serving *s, const char *option, const char *address)
{
	if (address == NULL || s->cert != NULL || s->is_behind_proxy ||
	    fv_address_text_is_loopback(address))
		return true;
	fprintf(stderr,
	    "fieldvisitd: %s %s: others reach this address, and it has no TLS; give "
	    "--tls-cert "
	    "and --tls-key, or listen on 127.0.0.1 with a proxy in front and --behind-proxy\n",
	    option, address);
	return false;
}

/* The certificate and its key, which nobody else may read.  An exit code. */
static int
read_pem(struct serving *s)
{
	struct stat st;
	int code;

	if (s->cert == NULL && s->key == NULL)
		return FV_EXIT_OK;
	if (s->cert == NULL || s->key == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, s->cert == NULL ? "--tls-key" : "--tls-cert",
		    "--tls-cert and --tls-key go together");
	if (stat(s->key, &st) == 0 && (st.st_mode & 07) != 0)
		return fv_cli_fail(FV_EXIT_NOPERM, s->key,
		    "everybody on this machine may use this key; 'chmod o= %s' ends that",
		    s->key);
	code = fv_cli_read(s->cert, &s->pem[0]);
	if (code == FV_EXIT_OK)
		code = fv_cli_read(s->key, &s->pem[1]);
	if (code == FV_EXIT_OK &&
	    (fv_buf_z(&s->pem[0]) == NULL || fv_buf_z(&s->pem[1]) == NULL))
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, s->key, "out of memory; try again");
	return code;
}

/* Whole seconds of an option.  False after a line on stderr. */
static bool
take_seconds(const char *option, const char *text, uint64_t max, uint64_t *out)
{
	if (fv_decimal_decode(fv_span_z(text), max, out) == FV_OK && *out > 0)
		return true;
	fprintf(stderr, "fieldvisitd: %s %s: give whole seconds from 1 to %llu\n", option,
	    text, (unsigned long long)max);
	return false;
}

static bool
take_inbox_encoding(struct serving *s, const char *word)
{
	struct textfile_opts reading;

	if (textfile_encoding_option(word, &reading) != FV_EXIT_OK)
		return false;
	s->inbox.encoding = reading.encoding;
	return true;
}

static bool
take_option(struct serving *s, int option, const char *value)
{
	uint64_t seconds = 0;

	switch (option) {
	case 's':
		s->sync = value;
		return true;
	case 'd':
		s->desk = value;
		return true;
	case 'a':
		s->commands = value;
		return true;
	case 'p':
		s->public = value;
		return true;
	case 't':
		s->tiles = value;
		return true;
	case 'c':
		s->cert = value;
		return true;
	case 'k':
		s->key = value;
		return true;
	case 'b':
		s->is_behind_proxy = true;
		return true;
	case 'o':
		s->takes_owntracks = true;
		return true;
	case 'j':
		s->judges_later = true;
		return true;
	case 'i':
		if (!take_seconds("--idle", value, 3600, &seconds))
			return false;
		s->idle_s = (unsigned)seconds;
		return true;
	case 'x':
		s->inbox.folder = value[0] != '\0' ? value : NULL;
		return true;
	case 'X':
		return take_inbox_encoding(s, value);
	case 'z':
		s->inbox.zone = value;
		return true;
	case 'Z':
		s->inbox.takes_serials = true;
		return true;
	case 'I':
		if (!take_seconds("--desk-idle", value, 43200, &seconds))
			return false;
		s->desk_idle_ms = (int64_t)seconds * 1000;
		return true;
	default:
		return false;
	}
}

int
cmd_serve(int argc, char **argv)
{
	static const struct option options[] = {{"sync", required_argument, NULL, 's'},
	    {"desk", required_argument, NULL, 'd'}, {"alert", required_argument, NULL, 'a'},
	    {"tiles", required_argument, NULL, 't'}, {"public", required_argument, NULL, 'p'},
	    {"tls-cert", required_argument, NULL, 'c'},
	    {"tls-key", required_argument, NULL, 'k'},
	    {"behind-proxy", no_argument, NULL, 'b'}, {"owntracks", no_argument, NULL, 'o'},
	    {"no-judge", no_argument, NULL, 'j'}, {"desk-idle", required_argument, NULL, 'I'},
	    {"idle", required_argument, NULL, 'i'}, {"inbox", required_argument, NULL, 'x'},
	    {"inbox-encoding", required_argument, NULL, 'X'},
	    {"inbox-zone", required_argument, NULL, 'z'},
	    {"inbox-excel-dates", no_argument, NULL, 'Z'}, {"help", no_argument, NULL, 'h'},
	    {0}};
	struct serving s = {.sync = DEFAULT_SYNC,
	    .commands = "",
	    .inbox = {.settle_s = INBOX_SETTLE_S, .zone = ""},
	    .control_fd = -1};
	int c, code;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			return usage(stdout, FV_EXIT_OK);
		if (!take_option(&s, c, optarg))
			return usage(stderr, FV_EXIT_USAGE);
	}
	if (optind < argc || !fv_alerter_check(s.commands))
		return usage(stderr, FV_EXIT_USAGE);
	if (s.is_behind_proxy && s.cert != NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--behind-proxy",
		    "the proxy has the TLS: give either it or --tls-cert and --tls-key");
	if (!is_listener_safe(&s, "--desk", s.desk) ||
	    !is_listener_safe(&s, "--public", s.public))
		return FV_EXIT_CONFIG;
	if ((code = read_pem(&s)) == FV_EXIT_OK)
		code = serving_run(&s);
	fv_buf_clear(&s.pem[0]);
	fv_buf_clear(&s.pem[1]);
	return code;
}
