/* know.h - what the rules say, as rows: obligations, kinds of evidence, periods, texts of law, kinds of organisation,
 * roles, report series, states, holidays, reminders, how documents are signed and called, and the reform of 2025. The
 * rows are knowledge/ *.yaml, checked and turned into constant tables by tools/knowgen when the program is built. Every
 * row that can change has [from_day, to_day) and the text it stands on; looking something up takes the day it is asked
 * for. Vietnamese and English stand side by side. This module decides nothing about anybody: it is the law book on the
 * shelf. Uses: base.    Used by: every layer from letter on.    Memory: constant.    Threads: read-only. */
#ifndef LUYTRE_KNOW_KNOW_H
#define LUYTRE_KNOW_KNOW_H

#include "base/civil.h"
#include "base/workday.h"

NONNULL_BEGIN

struct know_text {
    struct str vi, en;
};
struct know_ids { /* ids of other rows; the generator has checked that they exist */
    const struct str *NULLABLE items;
    size_t count;
};
bool know_ids_has(struct know_ids ids, struct str id);
struct know_named { /* types of texts, edge kinds, functions, rights: an id and its words */
    struct str id;
    struct know_text title;
    struct know_text text;
    struct str source;
};

enum know_certainty {
    KNOW_CERTAIN,  /* stands in a text we have read */
    KNOW_RECALLED, /* known, the text was not at hand */
    KNOW_INFERRED, /* our own conclusion */
    KNOW_PLANNED,  /* announced or expected, not yet in force */
};

/* --- texts of law (instruments.yaml) --- */
struct know_instrument {
    struct str id;     /* "CT18" */
    struct str number; /* "18/CT-TTg", the canonical way to cite it */
    struct str type;   /* of know_instrument_types */
    struct know_text title;
    struct know_text issuer;
    civil_day issued_day;       /* CIVIL_NONE: not known to us */
    civil_day from_day, to_day; /* in force */
    struct know_ids replaced_by;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_named know_instrument_types[]; /* "Chỉ thị": what stands before the number */
extern const size_t know_instrument_type_count;
const struct know_named *NULLABLE know_instrument_type_find(struct str id);
extern const struct know_instrument know_instruments[];
extern const size_t know_instrument_count;
const struct know_instrument *NULLABLE know_instrument_find(struct str id);
/* By what a letter cites ("18/CT-TTg"); case is ignored. */
const struct know_instrument *NULLABLE know_instrument_by_number(struct str number);

/* --- organisations (org_kinds.yaml) --- */
struct know_org_kind {
    struct str id;
    struct know_text title;
    struct str group; /* committee, department, commune, school, enterprise, health, force, central, ministry, other */
    int tier;         /* 0 central, 1 province, 2 department or district, 3 commune, 4 below */
    civil_day from_day, to_day;
    struct know_ids becomes; /* kinds that took its place */
    struct str source;
};
extern const struct know_org_kind know_org_kinds[];
extern const size_t know_org_kind_count;
const struct know_org_kind *NULLABLE know_org_kind_find(struct str id);

extern const struct know_named know_edge_kinds[];
extern const size_t know_edge_kind_count;
extern const struct know_named know_functions[];
extern const size_t know_function_count;
struct know_sector { /* Decision 632: the sector and the bodies the letters name for it; two have none and stay visible
                      */
    struct str id;
    struct know_text title;
    struct know_ids named_kinds;
    struct str source;
};
extern const struct know_sector know_sectors[];
extern const size_t know_sector_count;

/* Who an obligation is addressed to. An organisation belongs when each filled condition holds (an empty one always
 * does). */
struct know_class {
    struct str id;
    struct know_text title;
    struct know_ids kinds;     /* its kind is one of these */
    struct know_ids groups;    /* the group of its kind is one of these */
    struct know_ids functions; /* it holds one of these functions on the day */
    bool in_priority_sector;   /* it is in one of the sectors of Decision 632 */
    bool in_network;           /* member of the national response network, or under a member */
};
extern const struct know_class know_classes[];
extern const size_t know_class_count;
const struct know_class *NULLABLE know_class_find(struct str id);
struct know_org_facts { /* what org knows of one organisation on one day */
    struct str kind;
    struct know_ids functions;
    bool in_priority_sector;
    bool in_network;
};
bool know_class_matches(const struct know_class *class_row, const struct know_org_facts *facts);

/* --- roles and rights (roles.yaml) --- */
/* A right's place in this table is its bit: RIGHT_x is 1 << index. Rows are appended, never moved. */
struct know_right {
    struct str id;
    struct know_text title;
    struct know_text text;
    struct str source;
    bool flows_down; /* a grant down a tree gives it in the units below too; else it holds in the unit itself only */
};
extern const struct know_right know_rights[];
extern const size_t know_right_count;
struct know_role {
    struct str id;
    struct know_text title;
    struct know_ids rights;
    uint64_t right_bits;
    bool needs_second_factor;
    bool acts_for_unit;         /* head, deputy who signs for: what they sign binds the unit */
    struct know_ids never_with; /* may not be held by the same person for the same system */
    struct know_ids names;      /* roles that whoever holds this one may give to others */
};
extern const struct know_role know_roles[];
extern const size_t know_role_count;
const struct know_role *NULLABLE know_role_find(struct str id);
uint64_t know_role_rights(struct str role_id); /* 0 for an unknown role: it may do nothing */
uint64_t know_flowing_rights(void);            /* the bits that flow down */
bool know_right_bit(struct str right_id, uint64_t *ret_bit);

/* --- evidence (evidence_kinds.yaml) --- */
enum know_denominator {
    KNOW_PERSON,
    KNOW_UNIT,
    KNOW_SYSTEM,
    KNOW_DATABASE,
    KNOW_DEVICE,
};
#define KNOW_DENOMINATOR_COUNT 5
struct str know_denominator_id(enum know_denominator denominator);
enum know_field_type {
    KNOW_FIELD_TEXT,
    KNOW_FIELD_LONG_TEXT,
    KNOW_FIELD_DATE,
    KNOW_FIELD_INSTANT,
    KNOW_FIELD_NUMBER,
    KNOW_FIELD_YES_NO,
    KNOW_FIELD_CHOICE,
    KNOW_FIELD_FILE,
    KNOW_FIELD_PERSON,
    KNOW_FIELD_SYSTEM,
    KNOW_FIELD_UNIT,
    KNOW_FIELD_PHONE,
    KNOW_FIELD_EMAIL,
    KNOW_FIELD_LINK,
};
struct know_field {
    struct str id;
    struct know_text title;
    enum know_field_type type;
    bool is_required;
    struct know_named const *NULLABLE choices;
    size_t choice_count;
};
struct know_evidence_kind {
    struct str id;
    struct know_text title;
    struct know_text text;
    bool counts[KNOW_DENOMINATOR_COUNT]; /* which denominators it may answer */
    int cover_months;                    /* 0: covers until something changes */
    struct str cover_rule;               /* activity in rules.yaml that sets the months by level; empty: cover_months */
    bool made_by_engine;                 /* a machine can prove it: a hand-made one is marked as such */
    bool never_by_operator;              /* independence: who operates may not accept it */
    struct know_ids accepted_by;         /* roles */
    const struct know_field *fields;
    size_t field_count;
    civil_day from_day, to_day;
    struct str source;
};
extern const struct know_evidence_kind know_evidence_kinds[];
extern const size_t know_evidence_kind_count;
const struct know_evidence_kind *NULLABLE know_evidence_kind_find(struct str id);
/* Months one piece of evidence covers, for a system of this level (0: no level yet) on this day; 0: until something
 * changes. */
int know_evidence_cover_months(const struct know_evidence_kind *kind, int level, civil_day day);

/* --- obligations (obligations.yaml) --- */
enum know_trigger {
    KNOW_ONCE,
    KNOW_PERIODIC,
    KNOW_ON_CHANGE,
    KNOW_ON_REQUEST,
    KNOW_AT_ONCE,
    KNOW_STANDING,
};
#define KNOW_SEED_MAX 5 /* S0 to S4 */
struct know_obligation {
    struct str id; /* "CT18-2b" */
    struct str instrument;
    struct know_text title;
    struct know_text text;
    bool seeds[KNOW_SEED_MAX];
    struct know_ids owed_by; /* classes, any of them */
    struct str to_whom;      /* function, edge or class the answer goes to, as an id of recipients in the same file */
    enum know_trigger trigger;
    civil_day due_day;         /* the day named by the text; CIVIL_NONE when none */
    bool due_is_strict;        /* "trước ngày": the day itself is too late */
    struct know_text due_note; /* an impossible day, a campaign window */
    struct str period_rule;    /* activity in rules.yaml */
    int period_months;         /* of the text itself; 0 none */
    int period_count;          /* how often in that period */
    int min_level;             /* only systems of this level and above; 0 all */
    bool only_cameras;         /* only systems that use cameras */
    enum know_denominator denominator;
    struct know_ids evidence; /* kinds, any of them; the first is the usual one */
    bool needs_all_evidence;  /* each of them, not any */
    bool automate, track, produce;
    bool is_personal; /* the head answers in person */
    struct str page;  /* "/duty/{id}" */
    civil_day from_day, to_day;
    struct str source;
};
extern const struct know_obligation know_obligations[];
extern const size_t know_obligation_count;
const struct know_obligation *NULLABLE know_obligation_find(struct str id);
bool know_obligation_is_owed(const struct know_obligation *obligation, const struct know_org_facts *facts);
/* Months between two times for a system of this level (0: none yet) on this day: the stricter of the rules in force,
 * else the period of the text, else 0. Ask know_rule_strictest(obligation->period_rule, ...) to say which rule won. */
int know_obligation_period_months(const struct know_obligation *obligation, int level, civil_day day);
/* The last day in time by the text itself: the day before when it is strict; CIVIL_NONE when the text names none. */
civil_day know_obligation_last_day(const struct know_obligation *obligation);
extern const struct know_named know_recipients[];
extern const size_t know_recipient_count;

/* --- rules that meet (rules.yaml) --- */
enum know_measure {
    KNOW_AT_MOST,  /* a period or clock: the smaller number is the stricter */
    KNOW_AT_LEAST, /* keeping or spending: the larger is */
};
#define KNOW_LEVEL_MAX 5
struct know_rule {
    struct str id;
    struct str activity; /* "vulnerability_scan" */
    struct know_text title;
    enum know_measure measure;
    struct str unit;                  /* months, days, hours, percent; one per activity */
    int by_level[KNOW_LEVEL_MAX + 1]; /* [0] for a system without a level; 0 says nothing */
    struct str jurisdiction;          /* directive, law, decree, circular, standard, practice */
    struct str instrument;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_rule know_rules[];
extern const size_t know_rule_count;
#define KNOW_LOSERS_MAX 8
struct know_strictest {
    const struct know_rule *NULLABLE winner; /* NULL: no rule says anything */
    int value;
    const struct know_rule *NULLABLE losers[KNOW_LOSERS_MAX]; /* the others in force, strictest first */
    size_t loser_count;
};
/* Which rule wins for an activity on a system of this level (0..5) on this day, and whom it beat. The earlier row wins
 * a tie. */
struct know_strictest know_rule_strictest(struct str activity, int level, civil_day day);

/* --- report series (report_series.yaml) --- */
struct know_report_series {
    struct str id;
    struct know_text title;
    struct str form;
    struct str due; /* "MM-DD" of each year; empty: as prescribed, the issuer sets it */
    bool due_is_strict;
    struct str covers_from, covers_to; /* "MM-DD"; a range that crosses New Year begins the year before */
    struct know_ids sent_by;           /* classes */
    struct str to_whom;                /* recipient */
    struct str compiled_by;            /* recipient that compiles on the way; empty: none */
    struct str instrument;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_report_series know_report_series[];
extern const size_t know_report_series_count;
const struct know_report_series *NULLABLE know_report_series_find(struct str id);
struct know_report_period {
    civil_day due_day;          /* the day named */
    civil_day last_day;         /* the last day that is still in time */
    civil_day from_day, to_day; /* what it covers, half open */
};
/* The first period of a series whose last day is on or after this day. False when the series has no calendar of its own
 * or is not in force. */
bool know_report_period_next(const struct know_report_series *series, civil_day day,
                             struct know_report_period *ret_period);

/* --- states (states.yaml) --- */
struct know_state {
    struct str id;
    struct know_text title; /* {date} and {n} stand for what the page fills in */
    struct str css;
    int urgency; /* 0 is shown first */
    bool is_open, is_good;
};
extern const struct know_state know_states[];
extern const size_t know_state_count;
const struct know_state *NULLABLE know_state_find(struct str id);

/* --- reminders (reminders.yaml) --- */
struct know_reminder {
    struct str id;
    struct know_text title;
    int offset_days; /* from the last day in time; negative is before */
    bool in_workdays;
    struct know_ids roles; /* who is told */
    bool to_superior;
    struct str source;
};
extern const struct know_reminder know_reminders[];
extern const size_t know_reminder_count;
/* Due soon begins with the first reminder before the day: so many days before it. */
int know_soon_days(void);

/* --- holidays (holidays.yaml) --- */
extern const struct workday_rule know_holiday_rules[];
extern const size_t know_holiday_rule_count;
extern const struct workday_notice know_holiday_notices[];
extern const size_t know_holiday_notice_count;
struct know_holiday_year { /* how sure the days of a year are */
    int year;
    enum know_certainty certainty;
    struct know_text text;
};
extern const struct know_holiday_year know_holiday_years[];
extern const size_t know_holiday_year_count;
#define KNOW_REST_WEEKDAYS \
    0x60u /* Saturday and Sunday: Decision 188/1999/QĐ-TTg, state bodies work 40 hours in five days */
/* The working calendar of the tables plus an administrator's rows. */
MUST_USE enum err_code know_workday_calendar(struct arena *arena, const struct workday_notice *NULLABLE own,
                                             size_t own_count, int first_year, int last_year,
                                             struct workday_calendar **ret_calendar, struct err *err);

/* --- what a password costs to try (passwords.yaml) --- */
struct know_password_cost { /* of Argon2id with one lane */
    struct str id;
    int memory_kib;
    int passes;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_password_cost know_password_costs[];
extern const size_t know_password_cost_count;
/* The one in force on a day; before the first, the first. */
const struct know_password_cost *know_password_cost_on(civil_day day);

/* --- how long, how often, how many by this program's own practice (thresholds.yaml) --- */
enum know_threshold_id { /* in the order of know.c's names; a test holds them against the file */
                         KNOW_SESSION_LIFE,
                         KNOW_SESSION_IDLE,
                         KNOW_SIGN_IN_TRIES,
                         KNOW_LOCK_FIRST,
                         KNOW_LOCK_LONGEST,
                         KNOW_PASSWORD_LENGTH,
                         KNOW_INVITE_LINK,
                         KNOW_RESET_LINK,
                         KNOW_TOKEN_DAYS,
                         KNOW_TOKEN_DAYS_MOST,
                         KNOW_REPORT_OPENS,
                         KNOW_REMINDER_MADE_UP,
                         KNOW_WORK_WAITS,
                         KNOW_BACKUP_AGE,
                         KNOW_OUTBOX_KEPT,
                         KNOW_EVIDENCE_AGAIN,
                         KNOW_FIRST_DUE,
                         KNOW_UNDO_OFFERED,
                         KNOW_RECOVERY_CODES,
                         KNOW_RECOVERY_LOW,
                         KNOW_DISK_LOW,
                         KNOW_DISK_FULL,
                         KNOW_CLOCK_AHEAD,
                         KNOW_REPORT_AT_ONCE,
                         KNOW_THRESHOLD_ID_COUNT,
};
struct know_threshold_kind {
    struct str id;
    struct know_text title;
    struct str unit; /* seconds, minutes, hours, days, times, characters, codes, megabytes */
    int least, most;
};
extern const struct know_threshold_kind know_threshold_kinds[];
extern const size_t know_threshold_kind_count;
struct know_threshold {
    struct str id;
    struct str kind;
    int value;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_threshold know_thresholds[];
extern const size_t know_threshold_count;
/* In force on a day, in the unit of its kind; before the first row, the first. */
int know_threshold(enum know_threshold_id id, civil_day day);
/* The same for one that is a time, whatever its unit. */
int64_t know_threshold_ms(enum know_threshold_id id, civil_day day);

/* --- kinds of device, and which are hosts (device_kinds.yaml) --- */
extern const struct know_named know_device_kinds[];
extern const size_t know_device_kind_count;
struct know_host_kinds {
    struct str id;
    struct know_ids kinds;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_host_kinds know_host_kinds[];
extern const size_t know_host_kinds_count;
/* In force on a day; before the first, the first. */
const struct know_host_kinds *know_host_kinds_on(civil_day day);

/* --- who signs, and how (signing.yaml) --- */
struct know_signing_form { /* the mark before an authority line */
    struct str id;         /* tm, kt, tl, tuq, q */
    struct str mark;       /* "TM." */
    struct know_text title;
    civil_day from_day, to_day;
    struct str instrument;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_signing_form know_signing_forms[];
extern const size_t know_signing_form_count;
const struct know_signing_form *NULLABLE know_signing_form_find(struct str id);
struct know_signing_title {
    struct str id;
    struct know_ids kinds, groups; /* fits a unit whose kind is of these, or is in one of these groups … */
    struct know_ids names;         /* … and whose name opens with one of these, when there are any */
    struct str body;               /* the collective: "ỦY BAN NHÂN DÂN"; empty: the head signs in his own name */
    struct str head, deputy;       /* "BỘ TRƯỞNG", "THỨ TRƯỞNG" */
    bool deputy_is_member;         /* of the collective: signs for it, without the KT. line */
    bool stands_alone;             /* no unit is printed above its name */
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_signing_title know_signing_titles[];
extern const size_t know_signing_title_count;
/* What the head and the deputies of a unit are called on a day; before the first day of the table, on that day. Every
 * known kind has one; NULL for an unknown kind. */
const struct know_signing_title *NULLABLE know_signing_title_of(struct str kind, struct str name, civil_day day);

/* --- what documents, authorities and areas are called (document_names.yaml) --- */
struct know_document_kind {
    struct str id;          /* "directive" */
    struct str mark;        /* "CT": what a symbol opens with; empty: a công văn, which has none */
    struct know_text title; /* "Chỉ thị" */
    civil_day from_day, to_day;
    struct str instrument;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_document_kind know_document_kinds[];
extern const size_t know_document_kind_count;
/* Which kind of document a symbol names on a day: "CT-TTg" a directive, "UBND-KGVX" a letter. Of the rows of a mark the
 * one in force; before its first, the first. */
const struct know_document_kind *know_document_kind_of(struct str symbol, civil_day day);
struct know_authority_name {
    struct str id;
    struct know_text title; /* "Ủy ban nhân dân" */
    struct know_ids briefs; /* "UBND" */
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_authority_name know_authority_names[];
extern const size_t know_authority_name_count;
struct know_area_word { /* "tỉnh": stands between an authority and the name of its area */
    struct str id;
    struct know_text title;
    civil_day from_day, to_day;
    enum know_certainty certainty;
    struct str source;
};
extern const struct know_area_word know_area_words[];
extern const size_t know_area_word_count;
/* "UBND tỉnh Trúc Lâm" and "ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM" have one key: the fold, briefs of the day written out. A
 * null ptr: the arena is full. */
MUST_USE struct str know_authority_key(struct arena *arena, struct str name, civil_day day);
/* "Trúc Lâm" of "UBND tỉnh Trúc Lâm"; null when the name opens with no authority of the day. */
struct str know_authority_place(struct str name, civil_day day);

/* --- the reform of 2025 (reform_2025.yaml) --- */
struct know_province {
    struct str code; /* the two digits used since 01/7/2025; empty where not known to us */
    struct know_text title;
    bool is_city;           /* run by the centre */
    struct know_ids merged; /* old provinces, by name, the one that gave its name included */
};
extern const struct know_province know_provinces[];
extern const size_t know_province_count;
/* Today's province of an old name ("Phú Yên"), or of itself. */
const struct know_province *NULLABLE know_province_of_old(struct str old_name);
struct know_reform_event {
    struct str id;
    struct str type; /* merge, dissolve, reparent, transfer_function, rename */
    struct know_text title;
    civil_day on_day;
    struct str from_kind, to_kind; /* org kinds; empty where it does not apply */
    struct str function;
    struct str edge_kind;
    struct str basis;
    enum know_certainty certainty;
};
extern const struct know_reform_event know_reform_events[];
extern const size_t know_reform_event_count;

/* --- what an incident is reported on (incident_forms.yaml) --- */
enum know_form_type {
    KNOW_FORM_TEXT,
    KNOW_FORM_LONG_TEXT, /* lines are paragraphs */
    KNOW_FORM_INSTANT,   /* to the minute */
    KNOW_FORM_DAY,
    KNOW_FORM_NUMBER,
    KNOW_FORM_YES_NO, /* or unknown */
    KNOW_FORM_CHOICE, /* one of the key's choices */
    KNOW_FORM_ROWS,   /* a table of the key's columns */
    KNOW_FORM_PERSON,
    KNOW_FORM_UNIT,
    KNOW_FORM_PHONE,
    KNOW_FORM_EMAIL,
    KNOW_FORM_FILES, /* attachments with their hashes */
};
struct know_form_column {
    struct str id;
    struct know_text title;
    enum know_form_type type; /* never LONG_TEXT, CHOICE, ROWS or FILES */
    int weight;               /* share of the width */
};
struct know_form_key { /* a fact; the same one in every form that asks for it */
    struct str id;     /* "incident.detected_at" */
    enum know_form_type type;
    struct know_text title;
    struct know_text text; /* help; may be empty */
    const struct know_named *NULLABLE choices;
    size_t choice_count;
    const struct know_form_column *NULLABLE columns;
    size_t column_count;
};
extern const struct know_form_key know_form_keys[];
extern const size_t know_form_key_count;
const struct know_form_key *NULLABLE know_form_key_find(struct str id);
struct know_form_field {
    struct str id;
    struct str key;
    enum know_form_type type; /* that of the key */
    struct know_text title;   /* its own, else that of the key */
    struct know_text text;    /* likewise */
    bool is_required;
};
struct know_form_section {
    struct str id;
    struct know_text title;
    const struct know_form_field *fields;
    size_t field_count;
};
struct know_form {
    struct str id;      /* "notice_initial" */
    struct str purpose; /* first, after_72h, progress, final, personal_data, data_subjects */
    struct know_text title;
    struct know_text summary; /* of the document, without "V/v" */
    struct know_text opening; /* {unit} is whoever reports */
    struct know_text pending; /* said when a required fact is unknown; may be empty */
    struct know_text closing;
    struct str document;         /* of know_document_kinds */
    struct know_ids instruments; /* what it stands on … */
    struct know_text clause;     /* … and where in the last of them; may be empty */
    struct str addressee;        /* of know_recipients */
    const struct know_form_section *sections;
    size_t section_count;
    civil_day from_day, to_day;
    enum know_certainty certainty; /* inferred: no official form is issued yet */
    struct str source;
};
extern const struct know_form know_forms[];
extern const size_t know_form_count;
const struct know_form *NULLABLE know_form_find(struct str id);
/* The form for a purpose that holds on a day; NULL: none does. */
const struct know_form *NULLABLE know_form_on(struct str purpose, civil_day day);
extern const struct know_named know_form_words[];
extern const size_t know_form_word_count;
/* "chưa rõ, bổ sung sau" of "unknown_required". The word must exist: knowgen has a list of them. */
struct know_text know_form_word(struct str id);

NONNULL_END
#endif
