#include "incident/ring.h"

#include "base/buf.h"
#include "duty/notice.h"
#include "incident/incident_parts.h"

#define RING_BATCH ((int64_t)500)
#define LATE_MS    (15 * 60 * INT64_C(1000)) /* rung so much after its time: said in the room */

/* Alarms of all clocks of a case in (after_ms, until_ms], each with its clock. */
struct due {
    struct incident_alarm alarm;
    const struct incident_clock *clock;
};

static enum err_code gather(const struct incident_clock_list *clocks, int64_t classified_ms, int64_t after_ms,
                            int64_t until_ms, struct arena *arena, struct due **ret_items, size_t *ret_count,
                            struct err *err)
{
    struct due *items = arena_new_array(arena, struct due, clocks->count * INCIDENT_ALARM_MAX + 1);
    if (!items)
        return arena_full(arena, err);
    size_t count = 0;
    for (size_t i = 0; i < clocks->count; i++) {
        struct incident_alarm alarms[INCIDENT_ALARM_MAX];
        size_t n = incident_clock_alarms(&clocks->items[i], classified_ms, after_ms, until_ms, alarms);
        for (size_t k = 0; k < n; k++) {
            size_t at = count++;
            for (; at > 0 && items[at - 1].alarm.at_ms > alarms[k].at_ms; at--)
                items[at] = items[at - 1];
            items[at] = (struct due){alarms[k], &clocks->items[i]};
        }
    }
    *ret_items = items;
    *ret_count = count;
    return ERR_NONE;
}

static enum err_code put_next(struct db *db, struct arena *arena, const struct sql_incident_raw_row *row,
                              int64_t rung_ms, struct err *err)
{
    struct incident_clock_list clocks;
    struct due *items;
    size_t count;
    TRY(incident_clocks_of(db, arena, row, &clocks, err));
    TRY(gather(&clocks, row->classified_ms, rung_ms, INT64_MAX, arena, &items, &count, err));
    return sql_ring_put(db,
                        &(struct sql_ring_put_args){.case_id = row->id,
                                                    .rung_ms = rung_ms,
                                                    .next_ms = {count > 0, count ? items[0].alarm.at_ms : 0}},
                        err);
}

enum err_code incident_ring_set(struct db *db, int64_t case_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row;
    struct sql_ring_get_row *ring = NULL;
    TRY(incident_raw_get(db, &arena, case_id, &row, err));
    TRY(sql_ring_get(db, &arena, &(struct sql_ring_get_args){.case_id = case_id}, &ring, err));
    /* A new case rings what its clocks have already missed, and so does a graver class: nobody was told. What was rung
     * in that very millisecond is known by its key (tell). */
    int64_t rung_ms = ring ? ring->rung_ms : row->detected_ms;
    return put_next(db, &arena, row, rung_ms < row->classified_ms ? rung_ms : row->classified_ms - 1, err);
}

struct ringing {
    int64_t case_id;
    size_t rung;
};

static enum err_code tell(struct db *db, struct arena *arena, const struct sql_incident_raw_row *row,
                          const struct due *due, size_t *ret_rung, struct err *err)
{
    AUTO_BUF roles;
    buf_init(&roles, 4096);
    buf_put(&roles, STR(" "));
    for (size_t i = 0; i < due->alarm.row->roles.count; i++)
        buf_printf(&roles, "%.*s ", STR_ARG(due->alarm.row->roles.items[i]));
    TRY(buf_check(&roles, err));
    struct str title = arena_printf(arena, "%.*s: %.*s (%.*s)", STR_ARG(row->code), STR_ARG(due->alarm.row->title.vi),
                                    STR_ARG(due->clock->row->title.vi)),
               link = arena_printf(arena, "/incident/%lld", (long long)row->id);
    if (str_is_null(title) || str_is_null(link))
        return arena_full(arena, err);
    struct str once = arena_printf(arena, "alarm:%.*s:%lld:%d", STR_ARG(due->clock->row->id),
                                   (long long)due->clock->t0_ms, due->alarm.row->percent);
    if (str_is_null(once))
        return arena_full(arena, err);
    struct sql_incident_entry_once_row *again = NULL;
    TRY(sql_incident_entry_once(db, arena, &(struct sql_incident_entry_once_args){.case_id = row->id, .once_key = once},
                                &again, err));
    if (again)
        return ERR_NONE;
    size_t told = 0;
    int64_t units[] = {row->unit_id, row->lead_unit_id};
    for (size_t u = 0; u < (row->unit_id == row->lead_unit_id ? 1 : 2); u++) {
        struct sql_ring_people_rows people;
        TRY(sql_ring_people(
            db, arena,
            &(struct sql_ring_people_args){.unit_id = units[u], .roles = buf_str(&roles), .on_day = db_today(db)},
            &people, err));
        for (size_t i = 0; i < people.count; i++, told++)
            TRY(notice_add(
                db,
                &(struct notice){
                    .person_id = people.items[i].person_id, .kind = STR("incident"), .title = title, .link = link},
                err));
    }
    struct str detail =
        arena_printf(arena, "{\"clock\":\"%.*s\",\"percent\":%d,\"due\":%lld,\"told\":%zu,\"late\":%s}",
                     STR_ARG(due->clock->row->id), due->alarm.row->percent, (long long)due->clock->due_ms, told,
                     db_now_ms(db) - due->alarm.at_ms > LATE_MS ? "true" : "false");
    if (str_is_null(detail))
        return arena_full(arena, err);
    ++*ret_rung;
    return case_record(db,
                       &(struct case_record){.case_id = row->id,
                                             .kind = "alarm",
                                             .text = due->clock->row->title.vi,
                                             .detail_json = detail,
                                             .at_ms = due->alarm.at_ms,
                                             .audience_bits = AUDIENCE_USUAL,
                                             .once_key = once},
                       NULL, NULL, err);
}

static enum err_code ring_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct ringing *r = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    r->rung = 0;
    struct sql_incident_raw_row *row;
    struct sql_ring_get_row *ring = NULL;
    TRY(incident_raw_get(db, &arena, r->case_id, &row, err)); /* held: another worker that looks now waits here */
    TRY(sql_ring_get(db, &arena, &(struct sql_ring_get_args){.case_id = r->case_id}, &ring, err));
    int64_t now_ms = db_now_ms(db);
    if (!ring || !ring->next_ms.has || ring->next_ms.v > now_ms)
        return ERR_NONE;
    struct incident_clock_list clocks;
    struct due *items;
    size_t count;
    TRY(incident_clocks_of(db, &arena, row, &clocks, err));
    int64_t after_ms = ring->rung_ms < row->classified_ms ? ring->rung_ms : row->classified_ms - 1;
    TRY(gather(&clocks, row->classified_ms, after_ms, now_ms, &arena, &items, &count, err));
    for (size_t i = 0; i < count; i++)
        TRY(tell(db, &arena, row, &items[i], &r->rung, err));
    return put_next(db, &arena, row, now_ms, err);
}

enum err_code incident_ring_run(struct db *db, size_t *ret_rung, struct err *err)
{
    size_t rung = 0;
    for (;;) {
        AUTO_ARENA arena;
        arena_init(&arena, INCIDENT_ARENA_BYTES);
        struct sql_ring_due_rows rows;
        TRY(sql_ring_due(db, &arena, &(struct sql_ring_due_args){.now_ms = db_now_ms(db), .limit_count = RING_BATCH},
                         &rows, err));
        for (size_t i = 0; i < rows.count; i++) {
            struct ringing r = {.case_id = rows.items[i].case_id};
            TRY(db_transact(db, ring_in_transaction, &r, err));
            rung += r.rung;
        }
        if ((int64_t)rows.count < RING_BATCH)
            break;
    }
    *ret_rung = rung;
    return ERR_NONE;
}

enum err_code incident_ring_next_ms(struct db *db, int64_t *ret_ms, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_ring_next_row *row = NULL;
    TRY(sql_ring_next(db, &arena, &row, err));
    *ret_ms = row && row->next_ms.has ? row->next_ms.v : 0;
    return ERR_NONE;
}
