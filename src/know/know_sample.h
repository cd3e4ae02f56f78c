/* know_sample.h - the invented province Trúc Lâm, as tables: which units, how many, under whom, and the words names are
 * made of. Nothing here is a real person, number or address: telephone numbers are made as 0900 000 NNN, domains end in
 * .example. What is made is the same every time: name number n is a function of n alone. Uses: base.    Used by: org,
 * cmd (demo), tests, bench.    Memory: constant; names go to the caller's arena.    Threads: read-only. */
#ifndef LUYTRE_KNOW_KNOW_SAMPLE_H
#define LUYTRE_KNOW_KNOW_SAMPLE_H

#include "base/arena.h"
#include "know/know.h"

NONNULL_BEGIN

struct know_sample_unit { /* a group of units of one kind */
    struct str id;        /* also the stem of their codes: "mn-001" */
    struct str kind;
    struct know_text title; /* pattern; {name} is a place or owner name, {n} a number */
    size_t count;
    struct str parent_kind; /* administrative parent; empty at the root. Units are spread over all units of that kind in
                               turn */
    struct str professional_kind;
    struct str incident_kind;
    struct know_ids functions; /* held by the first unit of the group */
    struct know_ids names;     /* {name} of each unit in turn; empty: place names */
    struct str domain;         /* "{code}.truclam.example" */
    int people;                /* how many people besides the head and the focal officer */
};
extern const struct know_sample_unit know_sample_units[];
extern const size_t know_sample_unit_count;

struct know_sample_words { /* word lists: place_first, place_second, family, middle_male, ... */
    struct str id;
    struct know_ids words;
};
extern const struct know_sample_words know_sample_words[];
extern const size_t know_sample_words_count;
struct know_ids know_sample_words_find(struct str id); /* empty when there is no such list */

struct know_sample_person { /* who works in a unit: of 100 units, share have this role filled */
    struct str role;
    struct know_text title;
    int share;
};
extern const struct know_sample_person know_sample_people[];
extern const size_t know_sample_person_count;

size_t know_sample_unit_total(void); /* all groups together: 1,200 */
/* Unit i of a group: "Trường Mầm non Tre Xanh", "mn-001", "mn-001.truclam.example". Names are unique inside a group. */
enum err_code know_sample_unit_name(const struct know_sample_unit *group, size_t i, struct arena *arena,
                                    struct know_text *ret_name, struct str *ret_code, struct str *ret_domain,
                                    struct err *err);
/* Person n: "Nguyễn Thị Minh Trúc"; the same n gives the same name. */
enum err_code know_sample_person_name(size_t n, struct arena *arena, struct str *ret_name, struct err *err);
/* "0900 000 123"; only 1,000 numbers of that shape exist, larger n are made with two more digits: "0900 0NN NNN". */
enum err_code know_sample_phone(size_t n, struct arena *arena, struct str *ret_phone, struct err *err);

NONNULL_END
#endif
