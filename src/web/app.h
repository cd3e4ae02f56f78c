/* app.h - the site of Lũy Tre: what its page handlers share, and the table of all their rows.
 * A handler takes a connection, makes an actor with the right its route names, calls the domain, fills a page. No SQL
 * here. AUTO_DB db = NULL; TRY(app_db(request, &db, err)); struct actor actor = app_actor(request); Uses: web/route,
 * the whole domain, report.    Used by: web/page_*.c, cmd (role web, demo), tests. Memory: struct app lives as long as
 * the process.    Threads: handlers run in many; struct app is read-only but for its locks. */
#ifndef LUYTRE_WEB_APP_H
#define LUYTRE_WEB_APP_H

#include <pthread.h>

#include "base/workday.h"
#include "duty/state.h"
#include "org/access.h"
#include "org/session.h"
#include "os/peer.h"
#include "report/typeset.h"
#include "store/store.h"
#include "web/route.h"

NONNULL_BEGIN

struct app {
    struct store *store;
    struct peers *NULLABLE peers; /* parse, sign, fetch; NULL: this process does the reading itself (tests) */
    const struct workday_calendar *calendar;
    struct type_fonts *NULLABLE fonts; /* NULL: PDF is refused in words */
    pthread_mutex_t fonts_lock;        /* one typesetter at a time */
    struct session_keys keys;
    const char *spool_dir; /* for files on their way */
    struct str hotline, hotline_tel;
    struct str public_url; /* "https://luytre.truclam.example": for links in messages; STR_NONE: relative */
    struct arena arena;
};
/* Fill everything but store, peers, keys, spool_dir, hotline, public_url. Fonts that are missing are no error. */
MUST_USE enum err_code app_init(struct app *app, struct err *err);
void app_done(struct app *app);
/* The configuration of a site over this app: its rows, its sessions, its frame. clock: the store's. */
MUST_USE enum err_code app_web_config(struct app *app, struct web_config *ret_config, struct err *err);

static inline struct app *app_of(const struct request *request)
{
    return web_app(request);
}
MUST_USE enum err_code app_db(const struct request *request, struct db **ret_db, struct err *err);
/* Who asks, with the right of the route; other rights: app_actor_with. */
struct actor app_actor(const struct request *request);
struct actor app_actor_with(const struct request *request, uint64_t right);
int app_session_age_s(const struct request *request); /* of the cookie of a session opened now */
/* "Từ 10 ký tự; …": what is said beside a new password; STR_NONE when the arena is full. */
struct str app_password_rule(struct request *request);
civil_day app_today(const struct request *request); /* of the store's clock */

/* --- what handlers need again and again --- */
enum page_state app_page_state(int duty_state);
/* Chip word of a duty as of today: "Quá hạn 2 ngày", "Đạt đến 30/12/2027". */
struct str app_state_word(const struct request *request, const struct duty_facts *facts, int state, bool waits,
                          civil_day today);
/* A whole number from the address or form, or a default. ERR_SYNTAX in words. */
MUST_USE enum err_code app_int(const struct request *request, struct str name, int64_t otherwise, int64_t *ret_value,
                               struct err *err);
/* A typed day ("30/04/2027"); empty gives CIVIL_NONE. 31/02 is answered with a proposal (ERR_SYNTAX). */
MUST_USE enum err_code app_day(const struct request *request, struct str name, civil_day *ret_day, struct err *err);
/* "%folded text%" for LIKE, with % and _ of the person escaped away; STR_NONE when empty. */
struct str app_search(const struct request *request, struct str name);
/* The unit a person acts for (their session's), or ?unit=ID. */
MUST_USE enum err_code app_unit(const struct request *request, int64_t *ret_unit_id, struct err *err);
/* ?edge= when it is a kind of edge, else the one along which the actor sees most below this unit. */
MUST_USE enum err_code app_edge(const struct request *request, struct db *db, const struct actor *actor,
                                int64_t unit_id, struct str *ret_edge, struct err *err);
/* "/duty/123" and the like. Never fails: "" when the arena is full. */
struct str app_href(const struct request *request, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* After a change: 303 to `to`, with a black strip there that says what was done and how to undo it for ten minutes
 * (undo_path: a POST; STR_NONE: no undo). */
void app_done_redirect(struct request *request, struct response *response, struct str to, struct str said,
                       struct str undo_path);
/* Bytes to text, in the parse role when there is one: letters as text, PDF, DOCX. */
MUST_USE enum err_code app_document_text(struct request *request, struct str name, struct str bytes,
                                         struct str *ret_text, struct err *err);

/* Tables of rows, one a file; app.c strings them together. */
struct route_list {
    const struct route *routes;
    size_t count;
};

NONNULL_END
#endif
