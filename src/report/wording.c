#include "report/wording.h"

#include "base/viet.h"

struct str wording_lower_first(struct arena *arena, struct str text)
{
    size_t first = 0;
    if (str_is_empty(text) || !viet_is_upper(utf8_next(text, &first)) || first == text.len_bytes)
        return text;
    size_t second = first;
    uint32_t next = utf8_next(text, &second);
    if (next != ' ' && (!viet_is_letter(next) || viet_is_upper(next)))
        return text;
    struct str head = viet_lower(arena, str_slice(text, 0, first));
    if (str_is_null(head))
        return STR_NONE;
    return arena_printf(arena, "%.*s%.*s", STR_ARG(head), STR_ARG(str_slice(text, first, text.len_bytes)));
}

struct str wording_about(struct arena *arena, struct str title)
{
    static const struct str leads[] = {STR_INIT("về việc "), STR_INIT("về "), STR_INIT("v/v ")};
    struct str small = viet_lower(arena, title);
    if (str_is_null(small))
        return STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(leads); i++)
        if (small.len_bytes == title.len_bytes && small.len_bytes > leads[i].len_bytes &&
            str_starts_with(small, leads[i]))
            return wording_lower_first(arena, str_slice(title, leads[i].len_bytes, title.len_bytes));
    return wording_lower_first(arena, title);
}
