/* oracle_json.h - jansson behind one function; its names and ours cannot stand in one file. */
#ifndef LUYTRE_TESTS_ORACLE_JSON_H
#define LUYTRE_TESTS_ORACLE_JSON_H

#include <stddef.h>

enum oracle_answer { ORACLE_READS, ORACLE_REFUSES, ORACLE_CANNOT };
/* ORACLE_CANNOT: a number too big for it or NUL in a name, which the grammar allows. *ret_dump: compact text, to be
 * freed. */
enum oracle_answer oracle_json(const char *text, size_t len, char **ret_dump);

#endif
