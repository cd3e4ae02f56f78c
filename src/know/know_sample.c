#include "know/know_sample.h"

struct know_ids know_sample_words_find(struct str id)
{
    for (size_t i = 0; i < know_sample_words_count; i++)
        if (str_equal(know_sample_words[i].id, id))
            return know_sample_words[i].words;
    return (struct know_ids){NULL, 0};
}

size_t know_sample_unit_total(void)
{
    size_t total = 0;
    for (size_t i = 0; i < know_sample_unit_count; i++)
        total += know_sample_units[i].count;
    return total;
}

/* Place n: all pairs of a first and a second word, walked diagonally so that neighbours differ in both. */
static enum err_code place_name(size_t n, struct arena *arena, struct str *ret_name, struct err *err)
{
    struct know_ids first = know_sample_words_find(STR("place_first")),
                    second = know_sample_words_find(STR("place_second"));
    must(first.count > 0 && second.count > 0);
    size_t round = n / first.count;
    must(round < second.count); /* a group larger than all pairs: add words */
    struct str a = first.items[n % first.count], b = second.items[(n + round) % second.count];
    struct str name = arena_printf(arena, "%.*s %.*s", STR_ARG(a), STR_ARG(b));
    if (str_is_null(name))
        return arena_full(arena, err);
    *ret_name = name;
    return ERR_NONE;
}

/* The pattern with {name}, {n} and {code} put in. */
static enum err_code fill(struct str pattern, struct str name, size_t number, struct str code, struct arena *arena,
                          struct str *ret_text, struct err *err)
{
    struct str out = STR("");
    size_t at = 0;
    while (at < pattern.len_bytes) {
        ptrdiff_t open = str_find_byte(pattern, '{', at),
                  close = open < 0 ? -1 : str_find_byte(pattern, '}', (size_t)open);
        size_t end = close < 0 ? pattern.len_bytes : (size_t)open;
        struct str plain = str_slice(pattern, at, end);
        struct str hole = close < 0 ? STR("") : str_slice(pattern, (size_t)open + 1, (size_t)close);
        if (str_equal(hole, STR("name")))
            out = arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(out), STR_ARG(plain), STR_ARG(name));
        else if (str_equal(hole, STR("n")))
            out = arena_printf(arena, "%.*s%.*s%zu", STR_ARG(out), STR_ARG(plain), number);
        else if (str_equal(hole, STR("code")))
            out = arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(out), STR_ARG(plain), STR_ARG(code));
        else
            out = arena_printf(arena, "%.*s%.*s", STR_ARG(out), STR_ARG(plain));
        if (str_is_null(out))
            return arena_full(arena, err);
        at = close < 0 ? pattern.len_bytes : (size_t)close + 1;
    }
    *ret_text = out;
    return ERR_NONE;
}

enum err_code know_sample_unit_name(const struct know_sample_unit *group, size_t i, struct arena *arena,
                                    struct know_text *ret_name, struct str *ret_code, struct str *ret_domain,
                                    struct err *err)
{
    if (i >= group->count)
        return err_set(err, ERR_NOT_FOUND, "the sample has %zu units of %.*s, not %zu", group->count,
                       STR_ARG(group->id), i + 1);
    struct str place = STR_NONE, domain;
    struct know_text name;
    if (i < group->names.count)
        place = group->names.items[i];
    else
        TRY(place_name(i, arena, &place, err));
    struct str code = group->count == 1 ? group->id : arena_printf(arena, "%.*s-%03zu", STR_ARG(group->id), i + 1);
    if (str_is_null(code))
        return arena_full(arena, err);
    TRY(fill(group->title.vi, place, i + 1, code, arena, &name.vi, err));
    TRY(fill(group->title.en, place, i + 1, code, arena, &name.en, err));
    TRY(fill(group->domain, place, i + 1, code, arena, &domain, err));
    *ret_name = name;
    *ret_code = code;
    *ret_domain = domain;
    return ERR_NONE;
}

/* splitmix64: neighbouring numbers give names that do not look like neighbours. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static struct str pick(struct str list, uint64_t *bits)
{
    struct know_ids words = know_sample_words_find(list);
    must(words.count > 0);
    struct str word = words.items[*bits % words.count];
    *bits /= words.count;
    return word;
}

enum err_code know_sample_person_name(size_t n, struct arena *arena, struct str *ret_name, struct err *err)
{
    uint64_t bits = mix(n);
    bool woman = bits & 1u;
    bits >>= 1;
    struct str family = pick(STR("family"), &bits);
    struct str middle = pick(woman ? STR("middle_female") : STR("middle_male"), &bits);
    struct str given = pick(woman ? STR("given_female") : STR("given_male"), &bits);
    struct str name = arena_printf(arena, "%.*s %.*s %.*s", STR_ARG(family), STR_ARG(middle), STR_ARG(given));
    if (str_is_null(name))
        return arena_full(arena, err);
    *ret_name = name;
    return ERR_NONE;
}

enum err_code know_sample_phone(size_t n, struct arena *arena, struct str *ret_phone, struct err *err)
{
    struct str phone = arena_printf(arena, "0900 %03zu %03zu", n / 1000 % 100, n % 1000);
    if (str_is_null(phone))
        return arena_full(arena, err);
    *ret_phone = phone;
    return ERR_NONE;
}
