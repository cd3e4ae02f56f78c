/* app_parts.h - what the files of the site know of each other: the rows of each area, the session glue, the undo strip.
 * Uses: web/app.h.    Used by: web/app*.c and web/page_*.c.    Memory: none.    Threads: no shared state. */
#ifndef LUYTRE_WEB_APP_PARTS_H
#define LUYTRE_WEB_APP_PARTS_H

#include "web/app.h"

NONNULL_BEGIN

/* app_session.c */
struct session_store app_session_store(struct app *app);
void app_frame(void *NULLABLE ctx, struct request *request, struct layout_frame *frame);
struct str app_undo_key(const struct app *app);
/* app.c: fills undo_text and undo_href when a strip is due */
void app_undo_strip(struct request *request, struct layout_frame *frame);

/* page_admin.c: how many things of the machine want a look, and how bad the worst is */
MUST_USE enum err_code admin_health(struct request *request, struct db *db, int64_t *ret_look_count,
                                    enum page_state *ret_state, struct err *err);

/* page_audit_words.c: what an entry of the chain, and what it is about, is called; a code nobody named is itself. */
struct str audit_kind_word(const struct request *request, struct str kind);
struct str audit_object_word(const struct request *request, struct str object_kind);
/* What somebody typed, as the code or in words of either language, is which kind? */
bool audit_kind_code(struct str typed, struct str *ret_code);
MUST_USE enum err_code audit_kind_words(const struct request *request, struct pg_audit_kind **ret_words,
                                        size_t *ret_count, struct err *err);

/* One list a file of handlers; a new area is one line here and one in APP_ROUTE_LISTS. */
extern const struct route_list
    account_routes; /* page_account.c: sign in and out, invitations, second factor, prefs, tokens */
extern const struct route_list setup_routes;     /* page_setup.c: the first-run wizard */
extern const struct route_list home_routes;      /* page_home.c: my tasks, search, more, first-run wizard */
extern const struct route_list unit_routes;      /* page_unit.c: a unit, the tree, import, events */
extern const struct route_list people_routes;    /* page_people.c: people and grants */
extern const struct route_list who_routes;       /* page_who.c: who can see a unit, a person, a letter, ... */
extern const struct route_list admin_routes;     /* page_admin.c: administration, audit, sample data */
extern const struct route_list letter_routes;    /* page_letter.c: letters, letter beside duties */
extern const struct route_list directive_routes; /* page_directive.c: issue, list, progress, rows behind a number */
extern const struct route_list duty_routes;      /* page_duty.c: a duty, evidence, review, requests */
extern const struct route_list system_routes;    /* page_system.c: systems with their level, addresses, databases */
extern const struct route_list device_routes;    /* page_device.c: devices and whether they are protected */
extern const struct route_list finding_routes;   /* page_finding.c: findings, their halves to fix and to hunt */
extern const struct route_list contact_routes;   /* page_contact.c: focal points and who has none */
extern const struct route_list report_routes;    /* page_report.c: reports, answer letters, freezes, their files */
extern const struct route_list reminder_routes;  /* page_reminder.c: notices, a message to copy, the calendar */
extern const struct route_list api_routes;       /* api.c: REST over the same domain functions */
#define APP_ROUTE_LISTS                                                                                     \
    &account_routes, &setup_routes, &home_routes, &unit_routes, &people_routes, &who_routes, &admin_routes, \
        &letter_routes, &directive_routes, &duty_routes, &system_routes, &device_routes, &finding_routes,   \
        &contact_routes, &report_routes, &reminder_routes, &api_routes

NONNULL_END
#endif
