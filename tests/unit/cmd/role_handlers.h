/* role_handlers.h - what a test program is when it is run with -x: one of the roles, with handlers that misbehave on
 * purpose, or one that obeys the test on a socket. */
#ifndef LUYTRE_TEST_ROLE_HANDLERS_H
#define LUYTRE_TEST_ROLE_HANDLERS_H

int role_of_test(const char *name);

#endif
