/* fixtures.h - documents of an invented province (tỉnh Trúc Lâm) that the tests, golden pages and the bench print.
 * Uses: report/document.    Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_TESTS_REPORT_FIXTURES_H
#define LUYTRE_TESTS_REPORT_FIXTURES_H

#include "report/document.h"

enum fixture { FIXTURE_ANSWER, FIXTURE_ROLLUP, FIXTURE_PERIODIC, FIXTURE_CONTACTS, FIXTURE_COUNT };
const char *fixture_name(enum fixture which);
struct document fixture_make(enum fixture which, struct arena *arena);
/* One table of row_count rows and six columns. */
struct document fixture_table(size_t row_count, struct arena *arena);

#endif
