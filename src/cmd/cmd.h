/* cmd.h - the subcommands of luytre and what they share.
 * One command is one file src/cmd/cmd_<name>.c with `int cmd_<name>(enum lang lang, int argc, char **argv)` and one row
 * of src/cmd/commands.txt; help, completion, the manual page and the test that every command answers --help read that
 * row. lang is what this run speaks, chosen once by main; argv[0] is the command's name; the return is an enum
 * exit_code (cmd/options.h). Uses: base.    Used by: main.c, cmd_*.c.    Memory: none.    Threads: main only. */
#ifndef LUYTRE_CMD_CMD_H
#define LUYTRE_CMD_CMD_H

#include "base/clock.h"
#include "cmd/commands.h" /* generated from commands.txt: int cmd_<name>(enum lang lang, int argc, char **argv) */
#include "cmd/options.h"

NONNULL_BEGIN

/* What time it is, for every command. In a build with -Dtests=true `luytre --now 2022-11-30T08:00:00+07:00 COMMAND …`
 * makes it stand still there, for the program and every role it starts; other builds know no such option. */
struct clock cmd_clock(void);

struct command {
    const char *name;
    int (*run)(enum lang lang, int argc, char **argv);
    const char *args; /* for the overview */
    const char *vi;
    const char *en;
};
/* The command of that name, or NULL. */
const struct command *NULLABLE command_find(struct str name);
extern const struct command command_table[];
extern const size_t command_count;

NONNULL_END
#endif
