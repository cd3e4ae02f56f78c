#include "contact/roster_plan.h"

#include <stdlib.h>

#include "base/vec.h"

#define HOUR_MS   3600000LL
#define MINUTE_MS 60000LL

struct roster_plan {
    int64_t id;
    struct roster_rotation *rotations;
    size_t rotation_count;
    struct roster_temporary *temporaries; /* the oldest first */
    size_t temporary_count;
    struct roster_override *overrides; /* the oldest first */
    size_t override_count;
    size_t *override_starts;         /* their places, by from_ms */
    struct roster_absence *absences; /* by from_ms */
    size_t absence_count;
};

int64_t roster_plan_id(const struct roster_plan *plan)
{
    return plan->id;
}

/* --- checking a description --- */

/* Instants that days can be made of: 1970 to 2199. */
#define INSTANT_MAX_MS 7258000000000LL

static bool is_range(int64_t from_ms, int64_t to_ms)
{
    return from_ms >= 0 && to_ms <= INSTANT_MAX_MS && from_ms < to_ms;
}

static bool is_day(civil_day day)
{
    return day >= 0 && day <= INSTANT_MAX_MS / CIVIL_DAY_MS;
}

static enum err_code check_rotation(const struct roster_rotation *r, size_t n, struct err *err)
{
    if (r->people_count == 0)
        return err_set(err, ERR_SYNTAX, "lịch luân phiên %zu chưa có ai", n);
    if (r->people_count > ROSTER_PEOPLE_MAX)
        return err_set(err, ERR_LIMIT, "lịch luân phiên %zu quá %u người", n, ROSTER_PEOPLE_MAX);
    if (r->hours_count > ROSTER_HOURS_MAX)
        return err_set(err, ERR_LIMIT, "lịch luân phiên %zu quá %u khung giờ", n, ROSTER_HOURS_MAX);
    for (size_t i = 0; i < r->people_count; i++)
        if (r->people[i] <= 0)
            return err_set(err, ERR_SYNTAX, "lịch luân phiên %zu: người thứ %zu không hợp lệ", n, i + 1);
    if (r->every < 1 || r->every > ROSTER_EVERY_MAX)
        return err_set(err, ERR_SYNTAX,
                       "lịch luân phiên %zu: số giờ, ngày hoặc tuần giữa hai lần bàn giao phải từ 1 đến %d", n,
                       ROSTER_EVERY_MAX);
    if (!is_day(r->first_day) || r->first_minute < 0 || r->first_minute > 1439)
        return err_set(err, ERR_SYNTAX, "lịch luân phiên %zu: lúc bắt đầu không hợp lệ", n);
    if (!is_day(r->from_day) || r->from_day >= r->to_day || (r->to_day != CIVIL_FOREVER && !is_day(r->to_day)))
        return err_set(err, ERR_SYNTAX, "lịch luân phiên %zu: ngày kết thúc phải sau ngày bắt đầu", n);
    for (size_t i = 0; i < r->hours_count; i++) {
        const struct roster_hours *h = &r->hours[i];
        if (h->weekdays == 0 || h->weekdays > 0x7F || h->from_minute < 0 || h->from_minute > 1439 || h->to_minute < 0 ||
            h->to_minute > 1440)
            return err_set(err, ERR_SYNTAX, "lịch luân phiên %zu: khung giờ %zu không hợp lệ", n, i + 1);
    }
    return ERR_NONE;
}

static int fixed_order(const void *a, const void *b)
{
    const struct roster_fixed *x = a, *y = b;
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* shifts: its own copy, which is put in order. */
static enum err_code check_temporary(const struct roster_temporary *t, struct roster_fixed *shifts, size_t n,
                                     struct err *err)
{
    if (!is_range(t->from_ms, t->to_ms) || t->fallback_id < 0)
        return err_set(err, ERR_SYNTAX, "lịch trực tạm %zu: lúc kết thúc phải sau lúc bắt đầu", n);
    if (t->shift_count)
        qsort(shifts, t->shift_count, sizeof *shifts, fixed_order);
    for (size_t i = 0; i < t->shift_count; i++) {
        if (shifts[i].person_id <= 0 || shifts[i].from_ms >= shifts[i].to_ms || shifts[i].from_ms < t->from_ms ||
            shifts[i].to_ms > t->to_ms)
            return err_set(err, ERR_SYNTAX, "lịch trực tạm %zu: có ca không nằm trọn trong lịch", n);
        if (i && shifts[i].from_ms < shifts[i - 1].to_ms)
            return err_set(err, ERR_CONFLICT, "lịch trực tạm %zu: có hai ca trùng giờ nhau", n);
    }
    return ERR_NONE;
}

static enum err_code check_counts(const struct roster_description *d, struct err *err)
{
    if (d->rotation_count > ROSTER_ROTATIONS_MAX)
        return err_set(err, ERR_LIMIT, "lịch trực có quá %u lịch luân phiên", ROSTER_ROTATIONS_MAX);
    if (d->temporary_count > ROSTER_TEMPORARIES_MAX)
        return err_set(err, ERR_LIMIT, "lịch trực có quá %u lịch tạm", ROSTER_TEMPORARIES_MAX);
    if (d->override_count > ROSTER_OVERRIDES_MAX)
        return err_set(err, ERR_LIMIT, "lịch trực có quá %u lần thay người", ROSTER_OVERRIDES_MAX);
    if (d->absence_count > ROSTER_ABSENCES_MAX)
        return err_set(err, ERR_LIMIT, "lịch trực có quá %u lần nghỉ", ROSTER_ABSENCES_MAX);
    for (size_t i = 0; i < d->temporary_count; i++)
        if (d->temporaries[i].shift_count > ROSTER_FIXED_MAX)
            return err_set(err, ERR_LIMIT, "lịch trực tạm %zu quá %u ca", i + 1, ROSTER_FIXED_MAX);
    for (size_t i = 0; i < d->override_count; i++) {
        const struct roster_override *o = &d->overrides[i];
        if (!is_range(o->from_ms, o->to_ms) || o->person_id <= 0 || o->instead_of < 0)
            return err_set(err, ERR_SYNTAX, "lần thay người %zu không hợp lệ", i + 1);
    }
    for (size_t i = 0; i < d->absence_count; i++)
        if (!is_range(d->absences[i].from_ms, d->absences[i].to_ms) || d->absences[i].person_id <= 0)
            return err_set(err, ERR_SYNTAX, "lần nghỉ %zu không hợp lệ", i + 1);
    return ERR_NONE;
}

/* --- a plan --- */

/* A copy of count items; at least room for one, so that NULL is always no memory. */
static void *copy_items(struct arena *arena, const void *items, size_t item_bytes, size_t count)
{
    void *copy = arena_alloc_array(arena, item_bytes, count ? count : 1, 16);
    if (copy && count)
        memcpy(copy, items, item_bytes * count);
    return copy;
}

static int made_order(int64_t made_a, int64_t made_b, int64_t id_a, int64_t id_b)
{
    return made_a != made_b ? (made_a > made_b) - (made_a < made_b) : (id_a > id_b) - (id_a < id_b);
}

static int temporary_order(const void *a, const void *b)
{
    const struct roster_temporary *x = a, *y = b;
    return made_order(x->made_ms, y->made_ms, x->id, y->id);
}

static int override_order(const void *a, const void *b)
{
    const struct roster_override *x = a, *y = b;
    return made_order(x->made_ms, y->made_ms, x->id, y->id);
}

static int absence_order(const void *a, const void *b)
{
    const struct roster_absence *x = a, *y = b;
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static int start_order(const void *a, const void *b, void *overrides)
{
    const struct roster_override *x = (struct roster_override *)overrides + *(const size_t *)a,
                                 *y = (struct roster_override *)overrides + *(const size_t *)b;
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static enum err_code take_rotations(struct roster_plan *plan, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < plan->rotation_count; i++) {
        struct roster_rotation *r = &plan->rotations[i];
        TRY(check_rotation(r, i + 1, err));
        r->people = copy_items(arena, r->people, sizeof *r->people, r->people_count);
        r->hours = copy_items(arena, r->hours, sizeof *r->hours, r->hours_count);
        if (!r->people || !r->hours)
            return arena_full(arena, err);
    }
    return ERR_NONE;
}

static enum err_code take_temporaries(struct roster_plan *plan, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < plan->temporary_count; i++) {
        struct roster_temporary *t = &plan->temporaries[i];
        struct roster_fixed *shifts = copy_items(arena, t->shifts, sizeof *shifts, t->shift_count);
        if (!shifts)
            return arena_full(arena, err);
        TRY(check_temporary(t, shifts, i + 1, err));
        t->shifts = shifts;
    }
    if (plan->temporary_count)
        qsort(plan->temporaries, plan->temporary_count, sizeof *plan->temporaries, temporary_order);
    return ERR_NONE;
}

enum err_code roster_plan_new(const struct roster_description *d, struct arena *arena, struct roster_plan **ret_plan,
                              struct err *err)
{
    TRY(check_counts(d, err));
    struct roster_plan *plan = arena_new(arena, struct roster_plan);
    if (!plan)
        return arena_full(arena, err);
    *plan = (struct roster_plan){
        .id = d->id,
        .rotations = copy_items(arena, d->rotations, sizeof *d->rotations, d->rotation_count),
        .rotation_count = d->rotation_count,
        .temporaries = copy_items(arena, d->temporaries, sizeof *d->temporaries, d->temporary_count),
        .temporary_count = d->temporary_count,
        .overrides = copy_items(arena, d->overrides, sizeof *d->overrides, d->override_count),
        .override_count = d->override_count,
        .override_starts = arena_new_array(arena, size_t, d->override_count ? d->override_count : 1),
        .absences = copy_items(arena, d->absences, sizeof *d->absences, d->absence_count),
        .absence_count = d->absence_count};
    if (!plan->rotations || !plan->temporaries || !plan->overrides || !plan->override_starts || !plan->absences)
        return arena_full(arena, err);
    TRY(take_rotations(plan, arena, err));
    TRY(take_temporaries(plan, arena, err));
    if (plan->override_count)
        qsort(plan->overrides, plan->override_count, sizeof *plan->overrides, override_order);
    for (size_t i = 0; i < plan->override_count; i++)
        plan->override_starts[i] = i;
    if (plan->override_count)
        qsort_r(plan->override_starts, plan->override_count, sizeof(size_t), start_order, plan->overrides);
    if (plan->absence_count)
        qsort(plan->absences, plan->absence_count, sizeof *plan->absences, absence_order);
    *ret_plan = plan;
    return ERR_NONE;
}

/* --- one instant --- */

/* What holds at an instant, and until the next cut. */
struct piece {
    bool is_planned;
    int64_t person_id; /* 0: a gap */
    int64_t absent_id;
    enum roster_origin origin, planned_origin;
    int64_t origin_id, planned_id;
    int64_t instead_of;
};

static bool is_same_piece(const struct piece *a, const struct piece *b)
{
    return a->is_planned == b->is_planned && a->person_id == b->person_id && a->absent_id == b->absent_id &&
           a->origin == b->origin && a->origin_id == b->origin_id && a->instead_of == b->instead_of &&
           a->planned_origin == b->planned_origin && a->planned_id == b->planned_id;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t first_ms(const struct roster_rotation *r)
{
    return civil_day_start_ms(r->first_day) + r->first_minute * MINUTE_MS;
}

static int64_t step_ms(const struct roster_rotation *r)
{
    int64_t unit_ms = r->unit == ROSTER_BY_HOURS  ? HOUR_MS
                      : r->unit == ROSTER_BY_DAYS ? CIVIL_DAY_MS
                                                  : 7 * CIVIL_DAY_MS;
    return unit_ms * r->every;
}

static int64_t hours_end(const struct roster_hours *h)
{
    return h->to_minute > h->from_minute ? h->to_minute : h->to_minute + 1440;
}

static bool is_in_hours(const struct roster_rotation *r, int64_t at_ms)
{
    civil_day day = civil_day_of_ms(at_ms);
    int64_t of_day_ms = at_ms - civil_day_start_ms(day);
    if (r->hours_count == 0)
        return true;
    for (size_t i = 0; i < r->hours_count; i++) {
        const struct roster_hours *h = &r->hours[i];
        int64_t from_ms = h->from_minute * MINUTE_MS, to_ms = hours_end(h) * MINUTE_MS;
        if ((h->weekdays >> civil_weekday(day) & 1) && of_day_ms >= from_ms && of_day_ms < to_ms)
            return true;
        if ((h->weekdays >> civil_weekday(day - 1) & 1) && of_day_ms + CIVIL_DAY_MS < to_ms)
            return true;
    }
    return false;
}

/* 0: no duty. */
static int64_t person_of_rotation(const struct roster_rotation *r, int64_t at_ms)
{
    civil_day day = civil_day_of_ms(at_ms);
    if (day < r->from_day || day >= r->to_day || at_ms < first_ms(r) || !is_in_hours(r, at_ms))
        return 0;
    return r->people[(size_t)((at_ms - first_ms(r)) / step_ms(r)) % r->people_count];
}

static void fixed_at(const struct roster_temporary *t, int64_t at_ms, struct piece *piece)
{
    size_t low = 0, high = t->shift_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->shifts[mid].from_ms <= at_ms)
            low = mid + 1;
        else
            high = mid;
    }
    bool is_fixed = low && t->shifts[low - 1].to_ms > at_ms;
    *piece = (struct piece){.is_planned = true,
                            .person_id = is_fixed ? t->shifts[low - 1].person_id : t->fallback_id,
                            .origin = is_fixed ? ROSTER_TEMPORARY : ROSTER_FALLBACK,
                            .origin_id = t->id};
}

/* Without overrides and absences. */
static struct piece planned_at(const struct roster_plan *plan, int64_t at_ms)
{
    struct piece piece = {0};
    for (size_t i = plan->temporary_count; i-- > 0 && !piece.is_planned;)
        if (plan->temporaries[i].from_ms <= at_ms && at_ms < plan->temporaries[i].to_ms)
            fixed_at(&plan->temporaries[i], at_ms, &piece);
    for (size_t i = plan->rotation_count; i-- > 0 && !piece.is_planned;) {
        int64_t person_id = person_of_rotation(&plan->rotations[i], at_ms);
        if (person_id)
            piece = (struct piece){.is_planned = true,
                                   .person_id = person_id,
                                   .origin = ROSTER_ROTATION,
                                   .origin_id = plan->rotations[i].id};
    }
    piece.planned_origin = piece.origin;
    piece.planned_id = piece.origin_id;
    return piece;
}

/* Overrides that hold at an instant are put on one by one, the oldest first; who comes back to the planned person has
 * undone them. */
struct change {
    const struct piece *planned;
    int64_t person_id;
    int64_t override_id;
};

static void put_override(struct change *change, const struct roster_override *o)
{
    if ((o->instead_of && o->instead_of != change->person_id) || o->person_id == change->person_id)
        return;
    change->person_id = o->person_id;
    change->override_id = o->id;
}

static struct piece changed(const struct change *change)
{
    struct piece piece = *change->planned;
    if (change->person_id == piece.person_id)
        return piece;
    piece.instead_of = piece.person_id;
    piece.person_id = change->person_id;
    piece.origin = ROSTER_OVERRIDE;
    piece.origin_id = change->override_id;
    return piece;
}

/* An absent person's minutes are a gap, whose neighbours are told apart by that person alone. */
static void leave(struct piece *piece)
{
    *piece = (struct piece){.is_planned = true, .absent_id = piece->person_id};
}

static void to_shift(const struct piece *piece, int64_t from_ms, int64_t to_ms, struct roster_shift *shift)
{
    *shift = (struct roster_shift){.from_ms = from_ms,
                                   .to_ms = to_ms,
                                   .person_id = piece->person_id,
                                   .origin = piece->origin,
                                   .origin_id = piece->origin_id,
                                   .instead_of = piece->instead_of,
                                   .planned_origin = piece->planned_origin,
                                   .planned_id = piece->planned_id};
}

bool roster_plan_is_absent(const struct roster_plan *plan, int64_t person_id, int64_t from_ms, int64_t to_ms)
{
    for (size_t i = 0; i < plan->absence_count && plan->absences[i].from_ms < to_ms; i++)
        if (plan->absences[i].person_id == person_id && plan->absences[i].to_ms > from_ms)
            return true;
    return false;
}

enum roster_state roster_plan_at(const struct roster_plan *plan, int64_t at_ms, struct roster_shift *ret_shift)
{
    if (at_ms < 0 || at_ms >= INSTANT_MAX_MS)
        return ROSTER_NONE;
    struct piece planned = planned_at(plan, at_ms);
    struct change change = {.planned = &planned, .person_id = planned.person_id};
    if (!planned.is_planned)
        return ROSTER_NONE;
    for (size_t i = 0; i < plan->override_count; i++)
        if (plan->overrides[i].from_ms <= at_ms && at_ms < plan->overrides[i].to_ms)
            put_override(&change, &plan->overrides[i]);
    struct piece piece = changed(&change);
    if (piece.person_id == 0 || roster_plan_is_absent(plan, piece.person_id, at_ms, at_ms + 1))
        return ROSTER_GAP;
    to_shift(&piece, at_ms, at_ms + 1, ret_shift);
    return ROSTER_ON_DUTY;
}

/* --- a window --- */

/* Goes through a window from cut to cut: the instants at which something may change. */
struct walk {
    const struct roster_plan *plan;
    int64_t from_ms, to_ms;
    struct arena *scratch;
    struct err *err;
    VEC(int64_t) cuts;
    size_t *overrides; /* those that hold now: places in plan->overrides, rising */
    size_t override_count, override_next;
    const struct roster_absence **absences; /* those that hold now */
    size_t absence_count, absence_next;
    enum err_code (*fn)(void *ctx, const struct piece *piece, int64_t from_ms, int64_t to_ms);
    void *ctx;
};

static enum err_code check_window(int64_t from_ms, int64_t to_ms, struct err *err)
{
    if (!is_range(from_ms, to_ms))
        return err_set(err, ERR_SYNTAX, "lịch trực: lúc kết thúc phải sau lúc bắt đầu");
    if (to_ms - from_ms > ROSTER_WINDOW_MAX_DAYS * CIVIL_DAY_MS)
        return err_set(err, ERR_LIMIT, "lịch trực chỉ xem được nhiều nhất %d ngày một lần", ROSTER_WINDOW_MAX_DAYS);
    return ERR_NONE;
}

static enum err_code add_cut(struct walk *w, int64_t at_ms)
{
    if (at_ms <= w->from_ms || at_ms >= w->to_ms)
        return ERR_NONE;
    if (w->cuts.count == ROSTER_CUTS_MAX)
        return err_set(w->err, ERR_LIMIT, "lịch trực đổi quá %u lần trong những ngày này", ROSTER_CUTS_MAX);
    int64_t *slot = vec_push(&w->cuts, w->scratch);
    if (!slot)
        return arena_full(w->scratch, w->err);
    *slot = at_ms;
    return ERR_NONE;
}

static enum err_code cut_rotation(struct walk *w, const struct roster_rotation *r)
{
    int64_t step = step_ms(r), n = floor_div(w->from_ms - first_ms(r), step);
    for (int64_t at_ms = first_ms(r) + (n > 0 ? n : 0) * step; at_ms < w->to_ms; at_ms += step)
        TRY(add_cut(w, at_ms));
    TRY(add_cut(w, civil_day_start_ms(r->from_day)));
    if (r->to_day != CIVIL_FOREVER)
        TRY(add_cut(w, civil_day_start_ms(r->to_day)));
    civil_day last = civil_day_of_ms(w->to_ms);
    for (civil_day day = civil_day_of_ms(w->from_ms) - 1; r->hours_count && day <= last; day++)
        for (size_t i = 0; i < r->hours_count; i++)
            if (r->hours[i].weekdays >> civil_weekday(day) & 1) {
                TRY(add_cut(w, civil_day_start_ms(day) + r->hours[i].from_minute * MINUTE_MS));
                TRY(add_cut(w, civil_day_start_ms(day) + hours_end(&r->hours[i]) * MINUTE_MS));
            }
    return ERR_NONE;
}

static int cut_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum err_code find_cuts(struct walk *w)
{
    const struct roster_plan *p = w->plan;
    for (size_t i = 0; i < p->rotation_count; i++)
        TRY(cut_rotation(w, &p->rotations[i]));
    for (size_t i = 0; i < p->temporary_count; i++) {
        TRY(add_cut(w, p->temporaries[i].from_ms));
        TRY(add_cut(w, p->temporaries[i].to_ms));
        for (size_t k = 0; k < p->temporaries[i].shift_count; k++) {
            TRY(add_cut(w, p->temporaries[i].shifts[k].from_ms));
            TRY(add_cut(w, p->temporaries[i].shifts[k].to_ms));
        }
    }
    for (size_t i = 0; i < p->override_count; i++) {
        TRY(add_cut(w, p->overrides[i].from_ms));
        TRY(add_cut(w, p->overrides[i].to_ms));
    }
    for (size_t i = 0; i < p->absence_count; i++) {
        TRY(add_cut(w, p->absences[i].from_ms));
        TRY(add_cut(w, p->absences[i].to_ms));
    }
    if (w->cuts.count)
        qsort(w->cuts.items, w->cuts.count, sizeof *w->cuts.items, cut_order);
    return ERR_NONE;
}

/* Who ended goes, who began comes, in the order of making. */
static void move_overrides(struct walk *w, int64_t at_ms)
{
    const struct roster_plan *p = w->plan;
    size_t kept = 0;
    for (size_t i = 0; i < w->override_count; i++)
        if (p->overrides[w->overrides[i]].to_ms > at_ms)
            w->overrides[kept++] = w->overrides[i];
    w->override_count = kept;
    for (; w->override_next < p->override_count; w->override_next++) {
        size_t place = p->override_starts[w->override_next], at = w->override_count;
        if (p->overrides[place].from_ms > at_ms)
            break;
        if (p->overrides[place].to_ms <= at_ms)
            continue;
        while (at > 0 && w->overrides[at - 1] > place)
            at--;
        memmove(&w->overrides[at + 1], &w->overrides[at], (w->override_count - at) * sizeof *w->overrides);
        w->overrides[at] = place;
        w->override_count++;
    }
}

static void move_absences(struct walk *w, int64_t at_ms)
{
    const struct roster_plan *p = w->plan;
    size_t kept = 0;
    for (size_t i = 0; i < w->absence_count; i++)
        if (w->absences[i]->to_ms > at_ms)
            w->absences[kept++] = w->absences[i];
    w->absence_count = kept;
    for (; w->absence_next < p->absence_count && p->absences[w->absence_next].from_ms <= at_ms; w->absence_next++)
        if (p->absences[w->absence_next].to_ms > at_ms)
            w->absences[w->absence_count++] = &p->absences[w->absence_next];
}

static struct piece piece_at(struct walk *w, int64_t at_ms)
{
    struct piece planned = planned_at(w->plan, at_ms);
    move_overrides(w, at_ms);
    move_absences(w, at_ms);
    if (!planned.is_planned)
        return planned;
    struct change change = {.planned = &planned, .person_id = planned.person_id};
    for (size_t i = 0; i < w->override_count; i++)
        put_override(&change, &w->plan->overrides[w->overrides[i]]);
    struct piece piece = changed(&change);
    for (size_t i = 0; i < w->absence_count; i++)
        if (w->absences[i]->person_id == piece.person_id) {
            leave(&piece);
            return piece;
        }
    if (piece.person_id == 0)
        leave(&piece);
    return piece;
}

/* fn gets every stretch of planned duty, joined as long as nothing changes. */
static enum err_code walk_window(struct walk *w)
{
    w->overrides = arena_new_array(w->scratch, size_t, w->plan->override_count + 1);
    w->absences = arena_new_array(w->scratch, const struct roster_absence *, w->plan->absence_count + 1);
    if (!w->overrides || !w->absences)
        return arena_full(w->scratch, w->err);
    TRY(find_cuts(w));
    int64_t from_ms = w->from_ms, last_ms = w->from_ms;
    struct piece piece = piece_at(w, from_ms);
    for (size_t i = 0; i < w->cuts.count; i++) {
        int64_t at_ms = w->cuts.items[i];
        if (at_ms == last_ms)
            continue;
        last_ms = at_ms;
        struct piece next = piece_at(w, at_ms);
        if (is_same_piece(&piece, &next))
            continue;
        if (piece.is_planned)
            TRY(w->fn(w->ctx, &piece, from_ms, at_ms));
        piece = next;
        from_ms = at_ms;
    }
    return piece.is_planned ? w->fn(w->ctx, &piece, from_ms, w->to_ms) : ERR_NONE;
}

struct answer {
    struct arena *arena;
    struct err *err;
    VEC(struct roster_shift) shifts;
    VEC(struct roster_gap) gaps;
};

static enum err_code too_long(const struct answer *a)
{
    return err_set(a->err, ERR_LIMIT, "lịch trực có quá %u ca trong những ngày này", ROSTER_SHIFTS_MAX);
}

static enum err_code put_shift(void *ctx, const struct piece *piece, int64_t from_ms, int64_t to_ms)
{
    struct answer *a = ctx;
    if (piece->person_id == 0)
        return ERR_NONE;
    if (a->shifts.count == ROSTER_SHIFTS_MAX)
        return too_long(a);
    struct roster_shift *slot = vec_push(&a->shifts, a->arena);
    if (!slot)
        return arena_full(a->arena, a->err);
    to_shift(piece, from_ms, to_ms, slot);
    return ERR_NONE;
}

static enum err_code put_gap(void *ctx, const struct piece *piece, int64_t from_ms, int64_t to_ms)
{
    struct answer *a = ctx;
    if (piece->person_id)
        return ERR_NONE;
    if (a->gaps.count == ROSTER_SHIFTS_MAX)
        return too_long(a);
    struct roster_gap *slot = vec_push(&a->gaps, a->arena);
    if (!slot)
        return arena_full(a->arena, a->err);
    *slot = (struct roster_gap){from_ms, to_ms, piece->absent_id};
    return ERR_NONE;
}

static enum err_code ask(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms,
                         enum err_code (*fn)(void *ctx, const struct piece *piece, int64_t from_ms, int64_t to_ms),
                         struct answer *answer)
{
    TRY(check_window(from_ms, to_ms, answer->err));
    AUTO_ARENA scratch;
    arena_init(&scratch, ROSTER_SCRATCH_MAX_BYTES);
    struct walk w = {.plan = plan,
                     .from_ms = from_ms,
                     .to_ms = to_ms,
                     .scratch = &scratch,
                     .err = answer->err,
                     .fn = fn,
                     .ctx = answer};
    return walk_window(&w);
}

enum err_code roster_plan_shifts(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms, struct arena *arena,
                                 struct roster_shifts *ret_shifts, struct err *err)
{
    struct answer answer = {.arena = arena, .err = err};
    TRY(ask(plan, from_ms, to_ms, put_shift, &answer));
    *ret_shifts = (struct roster_shifts){answer.shifts.items, answer.shifts.count};
    return ERR_NONE;
}

enum err_code roster_plan_gaps(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms, struct arena *arena,
                               struct roster_gaps *ret_gaps, struct err *err)
{
    struct answer answer = {.arena = arena, .err = err};
    TRY(ask(plan, from_ms, to_ms, put_gap, &answer));
    *ret_gaps = (struct roster_gaps){answer.gaps.items, answer.gaps.count};
    return ERR_NONE;
}

/* --- people without a channel --- */

static int person_order(const void *a, const void *b)
{
    const struct roster_shift *x = a, *y = b;
    if (x->person_id != y->person_id)
        return (x->person_id > y->person_id) - (x->person_id < y->person_id);
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static int first_order(const void *a, const void *b)
{
    const struct roster_unreachable *x = a, *y = b;
    if (x->first_ms != y->first_ms)
        return (x->first_ms > y->first_ms) - (x->first_ms < y->first_ms);
    return (x->person_id > y->person_id) - (x->person_id < y->person_id);
}

enum err_code roster_plan_unreachable(const struct roster_plan *plan, int64_t from_ms, int64_t to_ms,
                                      bool (*is_reachable)(void *ctx, int64_t person_id), void *ctx,
                                      struct arena *arena, struct roster_unreachables *ret_people, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, ROSTER_SCRATCH_MAX_BYTES);
    struct roster_shifts shifts;
    VEC(struct roster_unreachable) people = {0};
    TRY(roster_plan_shifts(plan, from_ms, to_ms, &scratch, &shifts, err));
    if (shifts.count)
        qsort(shifts.items, shifts.count, sizeof *shifts.items, person_order);
    for (size_t i = 0, end; i < shifts.count; i = end) {
        for (end = i + 1; end < shifts.count && shifts.items[end].person_id == shifts.items[i].person_id;)
            end++;
        if (is_reachable(ctx, shifts.items[i].person_id))
            continue;
        struct roster_unreachable *slot = vec_push(&people, arena);
        if (!slot)
            return arena_full(arena, err);
        *slot = (struct roster_unreachable){shifts.items[i].person_id, shifts.items[i].from_ms, end - i};
    }
    if (people.count)
        qsort(people.items, people.count, sizeof *people.items, first_order);
    *ret_people = (struct roster_unreachables){people.items, people.count};
    return ERR_NONE;
}
