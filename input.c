/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a configuration is read from: files, directories of them, a string, or a
 * stream; and what shows before a word of it is understood.
 */
#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "list.h"
#include "script.h"
#include "signals.h"

static void
prompt(void *ctx, enum prompt what)
{
	static const char *const texts[] = {
		[PROMPT_STATEMENT] = "setkey> ", [PROMPT_MORE] = "      > ",
		[PROMPT_END] = "\n",
	};
	struct script *sc = ctx;

	text_flush(&sc->session.text);
	fputs(texts[what], stdout);
	fflush(stdout);
}

/* DIR/NAME, which the script keeps; NULL when memory is out. */
static const char *
path_in(struct script *sc, const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;

	if (!list_room(&sc->paths, sc->npaths, sizeof(*sc->paths)))
		return NULL;
	sc->paths[sc->npaths] = malloc(len);
	if (sc->paths[sc->npaths] == NULL)
		return NULL;
	snprintf(sc->paths[sc->npaths], len, "%s/%s", dir, name);
	return sc->paths[sc->npaths++];
}

static int
is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	    strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads the files NAME.conf of a directory, in the order of their octets. */
static int
add_directory(struct script *sc, const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_conf, by_name), i, rc = 0;

	if (n < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (rc == 0) {
			sc->input = path_in(sc, dir, entries[i]->d_name);
			rc = sc->input == NULL ? -1 :
			    source_add_file(&sc->source, sc->input);
		}
		free(entries[i]);
	}
	free(entries);
	/* A directory without such files is no configuration. */
	if (n == 0) {
		errno = EISDIR;
		return -1;
	}
	return rc;
}

/* Reads a file, the files of a directory, or all of standard input. */
static int
add_input(struct script *sc, const char *path)
{
	struct stat st;
	int fd;

	sc->input = path;
	if (strcmp(path, "-") == 0) {
		/* A copy is closed, for 0 must not become a socket's. */
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		return fd < 0 ? -1 : source_add_fd(&sc->source, "stdin", fd);
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_directory(sc, path);
	return source_add_file(&sc->source, path);
}

/* A prompt, and an interrupt drops what was typed. */
static void
hear_person(struct script *sc)
{
	sc->parser.prompt = prompt;
	sc->source.wait = signals_wait;
	signals_hear_person();
}

int
script_open_input(struct script *sc)
{
	const struct options *opt = sc->session.opt;
	struct source *source = &sc->source;
	unsigned i;

	source_init(source);
	sc->input = "input";
	if (opt->mode == MODE_TEXT)
		return source_add_string(source, "-e", opt->input);
	if (opt->mode == MODE_FILE || opt->mode == MODE_SYNC) {
		for (i = 0; i < opt->nfiles; i++)
			if (add_input(sc, opt->files[i]) != 0)
				return -1;
		return 0;
	}
	sc->streaming = true;
	sc->terminal = isatty(STDIN_FILENO) != 0;
	sc->hosts.ask_again = sc->terminal;
	if (sc->terminal && isatty(STDOUT_FILENO))
		hear_person(sc);
	return source_add_stream(source, "stdin", STDIN_FILENO);
}

/* Who else could change a file, or put another one in its place. */
static const char *
who_writes(const struct source_access *access)
{
	if (access->writable)
		return "others than its owner can write this file";
	if (access->foreign)
		return "this file belongs to another user, who can change it";
	if (access->shared_dir)
		return access->linked ? "others can replace this file: they "
		    "can write to its directory, or to that of a symbolic "
		    "link to it" : "others can replace this file: they can "
		    "write to its directory";
	if (access->foreign_dir)
		return access->linked ? "the directory of this file, or of a "
		    "symbolic link to it, belongs to another user, who can "
		    "replace it" : "the directory of this file belongs to "
		    "another user, who can replace it";
	return NULL;
}

/* Whether keys are in a file, those too that "exit" stands before. */
static bool
holds_keys(struct script *sc, const struct source_file *file)
{
	struct loc unread = { sc->parser.scanner.at.end, file->loc.end };

	if (unread.begin < file->loc.begin)
		unread.begin = file->loc.begin;
	return file->keys || (sc->parser.exiting &&
	    unread.begin < unread.end &&
	    secrets_overlap(&sc->diag.secrets, unread));
}

void
script_advise_access(struct script *sc, const struct source_file *file)
{
	struct loc at = { file->loc.begin, 0 };
	const char *writer;

	if (!file->access.known)
		return;
	writer = who_writes(&file->access);
	if (writer != NULL)
		diag(&sc->diag, DIAG_ADVICE, at, "%s", writer);
	if (file->access.readable && holds_keys(sc, file))
		diag(&sc->diag, DIAG_ADVICE, at, "this file holds keys, and "
		    "everybody can read it");
}

#define BLANKS	" \t\r\n"

/*
 * Whether the first word is of another program that keeps its configuration in
 * /etc/ipsec.conf; and where it is.
 */
static bool
is_foreign(const struct source *source, struct loc *at)
{
	static const char *const words[] = { "config", "conn", "ca",
	    "include" };
	const char *word = source->text + strspn(source->text, BLANKS), *next;
	size_t len, i;

	while (*word == '#') {
		word += strcspn(word, "\n");
		word += strspn(word, BLANKS);
	}
	len = strcspn(word, BLANKS ";");
	at->begin = (uint32_t)(word - source->text);
	at->end = at->begin + (uint32_t)len;
	next = word + len + strspn(word + len, " \t");
	/* Theirs has no strings there. */
	for (i = 0; i < sizeof(words) / sizeof(words[0]) && *next != '"'; i++)
		if (word_is(words[i], word, len))
			return true;
	return false;
}

bool
script_check_text(struct script *sc)
{
	const struct source *source = &sc->source;
	struct loc at = { 0, 0 };
	const char *nul;

	if (source->len >= 2 && (memcmp(source->text, "\377\376", 2) == 0 ||
	    memcmp(source->text, "\376\377", 2) == 0)) {
		diag(&sc->diag, DIAG_ERROR, at, "this is text in UTF-16");
		diag_hint(&sc->diag, "iconv -f UTF-16 -t UTF-8 makes it one "
		    "that can be read");
		return false;
	}
	if (is_foreign(source, &at)) {
		diag(&sc->diag, DIAG_ERROR, at, "this is a configuration of "
		    "strongSwan or Libreswan, not of setkey");
		return false;
	}
	at = (struct loc){ 0, 0 };
	nul = source->len == 0 ? NULL :
	    memchr(source->text, '\0', source->len);
	if (nul == NULL)
		return true;
	at.begin = (uint32_t)(nul - source->text);
	at.end = at.begin + 1;
	diag(&sc->diag, DIAG_ERROR, at, "a NUL octet: this is no text");
	return false;
}

void
script_advise_empty(struct script *sc, const struct source_file *file)
{
	const char *text = source_at(&sc->source, file->loc.begin);
	size_t len = loc_length(file->loc);
	struct loc at = { file->loc.begin, 0 };

	diag(&sc->diag, DIAG_ADVICE, at, "there is no command in it");
	while (len > 0 && strchr("\r\n", text[len - 1]) != NULL)
		len--;
	if (len > 0 && *text == '#' && memchr(text, '\n', len) == NULL &&
	    memchr(text, '\r', len) == NULL)
		diag_hint(&sc->diag, "all of it is one line, a comment");
}

void
script_close_input(struct script *sc)
{
	source_close(&sc->source);
	while (sc->npaths > 0)
		free(sc->paths[--sc->npaths]);
	free(sc->paths);
}
