#include "duty/notice.h"

static struct str cut_title(struct str title)
{
    if (title.len_bytes <= NOTICE_TITLE_MAX_BYTES)
        return title;
    size_t end = NOTICE_TITLE_MAX_BYTES;
    while (end > 0 && ((unsigned char)title.ptr[end] & 0xC0) == 0x80)
        end--;
    return str_slice(title, 0, end);
}

enum err_code notice_add(struct db *db, const struct notice *notice, struct err *err)
{
    return sql_notice_insert(db,
                             &(struct sql_notice_insert_args){.id = db_id(db),
                                                              .person_id = notice->person_id,
                                                              .kind = notice->kind,
                                                              .title = cut_title(notice->title),
                                                              .link = notice->link,
                                                              .at_ms = db_now_ms(db)},
                             err);
}

enum err_code notice_add_roles(struct db *db, int64_t unit_id, struct str roles, struct str kind, struct str title,
                               struct str link, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct sql_notice_people_of_roles_rows people;
    TRY(sql_notice_people_of_roles(
        db, &arena,
        &(struct sql_notice_people_of_roles_args){.unit_id = unit_id, .roles = roles, .on_day = db_today(db)}, &people,
        err));
    for (size_t i = 0; i < people.count; i++)
        TRY(notice_add(db, &(struct notice){people.items[i].person_id, kind, title, link}, err));
    return ERR_NONE;
}

enum err_code notice_read(struct db *db, const struct actor *actor, int64_t id, struct err *err)
{
    int64_t changes = 0;
    TRY(sql_notice_set_read(db, actor, &(struct sql_notice_set_read_args){.id = id, .read_ms = db_now_ms(db)}, &changes,
                            err));
    return changes == 1 ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có thông báo này");
}

enum err_code notice_read_all(struct db *db, const struct actor *actor, int64_t *ret_count, struct err *err)
{
    return sql_notice_set_all_read(db, actor, &(struct sql_notice_set_all_read_args){.read_ms = db_now_ms(db)},
                                   ret_count, err);
}

enum err_code notice_unread_count(struct db *db, const struct actor *actor, int64_t *ret_count, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct sql_notice_unread_row *row = NULL;
    TRY(sql_notice_unread(db, actor, &arena, &row, err));
    *ret_count = row ? row->n : 0;
    return ERR_NONE;
}
