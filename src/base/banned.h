/* banned.h - functions that are easy to misuse do not compile here.
 * Learned the hard way by others; each has a safer neighbour in base/. */
#ifndef LUYTRE_BASE_BANNED_H
#define LUYTRE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#define strcpy(a, b) banned_use_buf_or_arena_instead_of_strcpy
#undef strcat
#define strcat(a, b) banned_use_buf_instead_of_strcat
#undef strncpy
#define strncpy(a, b, c) banned_use_arena_str_instead_of_strncpy
#undef strncat
#define strncat(a, b, c) banned_use_buf_instead_of_strncat
#undef sprintf
#define sprintf(...) banned_use_snprintf_or_buf_instead_of_sprintf
#undef vsprintf
#define vsprintf(...) banned_use_vsnprintf_or_buf_instead_of_vsprintf
#undef gets
#define gets(a) banned_gets
#undef strtok
#define strtok(a, b) banned_use_str_split_instead_of_strtok
#undef atoi
#define atoi(a) banned_use_str_to_i64_instead_of_atoi
#undef atol
#define atol(a) banned_use_str_to_i64_instead_of_atol
#undef localtime
#define localtime(a) banned_use_civil_h_instead_of_localtime
#undef gmtime
#define gmtime(a) banned_use_civil_h_instead_of_gmtime
#undef asctime
#define asctime(a) banned_use_civil_h_instead_of_asctime
#undef ctime
#define ctime(a) banned_use_civil_h_instead_of_ctime
#undef rand
#define rand() banned_use_struct_rng_instead_of_rand

#endif
