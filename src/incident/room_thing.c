/* What was hit, and what is kept as evidence. */
#include "incident/room_parts.h"
#include "store/blob.h"

#define NAME_LETTERS ((size_t)200)

static const struct incident_word asset_kinds[] = {
    {STR_INIT("system"), STR_INIT("Hệ thống thông tin"), STR_INIT("Information system")},
    {STR_INIT("device"), STR_INIT("Thiết bị"), STR_INIT("Device")},
    {STR_INIT("address"), STR_INIT("Địa chỉ"), STR_INIT("Address")},
    {STR_INIT("domain"), STR_INIT("Tên miền"), STR_INIT("Domain")},
    {STR_INIT("account"), STR_INIT("Tài khoản"), STR_INIT("Account")},
    {STR_INIT("other"), STR_INIT("Khác"), STR_INIT("Other")},
};
const struct incident_word room_custody[ROOM_CUSTODY_COUNT] = {
    {STR_INIT("handed"), STR_INIT("Bàn giao"), STR_INIT("Handed over")},
    {STR_INIT("copied"), STR_INIT("Sao chép"), STR_INIT("Copied")},
    {STR_INIT("opened"), STR_INIT("Mở xem"), STR_INIT("Opened")},
    {STR_INIT("returned"), STR_INIT("Trả lại"), STR_INIT("Returned")},
};

struct thing {
    const struct actor *actor;
    int64_t case_id, thing_id, object_id, audience_bits;
    struct str kind, value, note;
    const struct room_file *file;
    struct str what, from_text, to_text;
    int64_t id;
};

/* --- what was hit --- */

static enum err_code asset_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct thing *v = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    int64_t audience_bits;
    TRY(room_enter(db, &arena, v->actor, v->case_id, true, &visit, err));
    TRY(room_audience(&visit, v->audience_bits, &audience_bits, err));
    struct str value = str_trim(v->value);
    bool is_registered = str_equal(v->kind, STR("system")) || str_equal(v->kind, STR("device"));
    if (is_registered) {
        struct sql_room_asset_object_row *object = NULL;
        TRY(sql_room_asset_object(db, &arena,
                                  &(struct sql_room_asset_object_args){
                                      .kind = v->kind, .object_id = v->object_id, .unit_id = visit.row->unit_id},
                                  &object, err));
        if (!object)
            return err_set(err, ERR_NOT_FOUND, "không có trong danh mục của đơn vị bị sự cố");
        value = object->name;
    }
    if (str_is_empty(value) || value.len_bytes > ROOM_VALUE_BYTES)
        return err_set(err, ERR_SYNTAX, "cần ghi cái gì bị ảnh hưởng, dài không quá %zu kB", ROOM_VALUE_BYTES >> 10);
    struct sql_room_asset_same_row *same = NULL;
    TRY(sql_room_asset_same(db, &arena,
                            &(struct sql_room_asset_same_args){.case_id = v->case_id, .kind = v->kind, .value = value},
                            &same, err));
    if (same && same->n)
        return err_set(err, ERR_CONFLICT, "đã ghi trong hồ sơ");
    v->id = db_id(db);
    TRY(sql_room_asset_insert(db,
                              &(struct sql_room_asset_insert_args){
                                  .id = v->id,
                                  .case_id = v->case_id,
                                  .kind = v->kind,
                                  .object_id = {is_registered, v->object_id},
                                  .value = value,
                                  .note = str_is_empty(v->note) ? STR_NONE : v->note,
                                  .audience_bits = audience_bits,
                                  .by_person = {v->actor->person_id != 0, v->actor->person_id},
                                  .at_ms = db_now_ms(db),
                              },
                              err));
    return room_note(db, &visit, "asset_added", value, STR_NONE, audience_bits, err);
}

enum err_code room_asset_add(struct db *db, const struct actor *actor, int64_t case_id, struct str kind,
                             int64_t object_id, struct str value, struct str note, int64_t audience_bits,
                             int64_t *ret_id, struct err *err)
{
    struct thing v = {.actor = actor,
                      .case_id = case_id,
                      .kind = kind,
                      .object_id = object_id,
                      .value = value,
                      .note = note,
                      .audience_bits = audience_bits};
    if (!room_word_is(asset_kinds, ARRAY_LEN(asset_kinds), kind))
        return err_set(err, ERR_SYNTAX, "không có loại tài sản '%.*s'", STR_ARG(kind));
    TRY(db_transact(db, asset_in_transaction, &v, err));
    *ret_id = v.id;
    return ERR_NONE;
}

static enum err_code asset_end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct thing *v = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, v->actor, v->case_id, true, &visit, err));
    struct sql_room_asset_raw_row *row = NULL;
    TRY(sql_room_asset_raw(db, v->actor, &arena,
                           &(struct sql_room_asset_raw_args){.id = v->thing_id, .case_id = v->case_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có trong hồ sơ");
    int64_t changes = 0;
    TRY(sql_room_asset_close(
        db, &(struct sql_room_asset_close_args){.id = v->thing_id, .case_id = v->case_id, .ended_ms = db_now_ms(db)},
        &changes, err));
    must(changes == 1); /* the case is held */
    struct str text = arena_printf(&arena, "%.*s: %.*s", STR_ARG(row->value), STR_ARG(v->note));
    if (str_is_null(text))
        return arena_full(&arena, err);
    return room_note(db, &visit, "asset_ended", text, STR_NONE, row->audience_bits, err);
}

enum err_code room_asset_end(struct db *db, const struct actor *actor, int64_t case_id, int64_t asset_id,
                             struct str reason, struct err *err)
{
    struct thing v = {.actor = actor, .case_id = case_id, .thing_id = asset_id, .note = str_trim(reason)};
    if (str_is_empty(v.note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    return db_transact(db, asset_end_in_transaction, &v, err);
}

enum err_code room_assets(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                          struct sql_room_asset_rows_rows *ret_rows, struct err *err)
{
    return sql_room_asset_rows(db, actor, arena, &(struct sql_room_asset_rows_args){.case_id = case_id}, ret_rows, err);
}

/* --- evidence --- */

static enum err_code custody(struct db *db, const struct thing *v, int64_t file_id, struct str what, struct err *err)
{
    return sql_room_custody_insert(db,
                                   &(struct sql_room_custody_insert_args){
                                       .id = db_id(db),
                                       .file_id = file_id,
                                       .what = what,
                                       .from_text = str_is_empty(v->from_text) ? STR_NONE : v->from_text,
                                       .to_text = str_is_empty(v->to_text) ? STR_NONE : v->to_text,
                                       .reason = str_is_empty(v->note) ? STR_NONE : v->note,
                                       .by_person = {v->actor->person_id != 0, v->actor->person_id},
                                       .at_ms = db_now_ms(db),
                                   },
                                   err);
}

static enum err_code file_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct thing *v = ctx;
    const struct room_file *f = v->file;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    int64_t audience_bits;
    TRY(room_enter(db, &arena, v->actor, v->case_id, false, &visit, err));
    TRY(room_audience(&visit, f->audience_bits, &audience_bits, err));
    struct sha256 hash;
    TRY(blob_put(db, f->bytes, &hash, err));
    struct sql_room_file_same_row *same = NULL;
    TRY(sql_room_file_same(
        db, &arena, &(struct sql_room_file_same_args){.case_id = v->case_id, .sha256 = sha256_str(&hash)}, &same, err));
    if (same && same->n)
        return err_set(err, ERR_CONFLICT, "tệp này đã có trong hồ sơ (cùng mã băm)");
    v->id = db_id(db);
    TRY(blob_use(db, &hash, STR("incident_file"), v->id, err));
    TRY(sql_room_file_insert(db,
                             &(struct sql_room_file_insert_args){
                                 .id = v->id,
                                 .case_id = v->case_id,
                                 .name = str_trim(f->name),
                                 .media_type = f->media_type,
                                 .size_bytes = (int64_t)f->bytes.len_bytes,
                                 .sha256 = sha256_str(&hash),
                                 .collected_ms = f->collected_ms ? f->collected_ms : db_now_ms(db),
                                 .collected_where = str_is_empty(f->where) ? STR_NONE : f->where,
                                 .note = str_is_empty(f->note) ? STR_NONE : f->note,
                                 .tlp = visit.row->tlp,
                                 .audience_bits = audience_bits,
                                 .by_person = {v->actor->person_id != 0, v->actor->person_id},
                                 .at_ms = db_now_ms(db),
                             },
                             err));
    v->from_text = f->where;
    v->note = f->note;
    TRY(custody(db, v, v->id, STR("collected"), err));
    return room_note(db, &visit, "file_added", str_trim(f->name), STR_NONE, audience_bits, err);
}

enum err_code room_file_add(struct db *db, const struct actor *actor, int64_t case_id, const struct room_file *file,
                            int64_t *ret_id, struct err *err)
{
    struct thing v = {.actor = actor, .case_id = case_id, .file = file};
    if (str_is_empty(str_trim(file->name)) || utf8_count(file->name) > NAME_LETTERS)
        return err_set(err, ERR_SYNTAX, "tệp cần có tên, dài không quá %zu ký tự", NAME_LETTERS);
    if (str_is_empty(file->bytes))
        return err_set(err, ERR_SYNTAX, "tệp trống");
    if (file->bytes.len_bytes > ROOM_FILE_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "tệp lớn quá %zu MB", ROOM_FILE_MAX_BYTES >> 20);
    if (file->collected_ms > db_now_ms(db))
        return err_set(err, ERR_SYNTAX, "thời điểm ở sau bây giờ");
    TRY(db_transact(db, file_in_transaction, &v, err));
    *ret_id = v.id;
    return ERR_NONE;
}

static enum err_code note_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct thing *v = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct room_visit visit;
    TRY(room_enter(db, &arena, v->actor, v->case_id, false, &visit, err));
    struct sql_room_file_get_row *file = NULL;
    TRY(sql_room_file_get(db, v->actor, &arena,
                          &(struct sql_room_file_get_args){.id = v->thing_id, .case_id = v->case_id}, &file, err));
    if (!file)
        return err_set(err, ERR_NOT_FOUND, "không có chứng cứ này trong hồ sơ");
    TRY(custody(db, v, file->id, v->what, err));
    struct str text = arena_printf(&arena, "%.*s: %.*s", STR_ARG(file->name), STR_ARG(v->note));
    if (str_is_null(text))
        return arena_full(&arena, err);
    return room_note(db, &visit, "custody", text, STR_NONE, file->audience_bits, err);
}

enum err_code room_file_note(struct db *db, const struct actor *actor, int64_t case_id, int64_t file_id,
                             struct str what, struct str from_text, struct str to_text, struct str reason,
                             struct err *err)
{
    struct thing v = {.actor = actor,
                      .case_id = case_id,
                      .thing_id = file_id,
                      .what = what,
                      .from_text = from_text,
                      .to_text = to_text,
                      .note = str_trim(reason)};
    if (!room_word_is(room_custody, ROOM_CUSTODY_COUNT, what))
        return err_set(err, ERR_SYNTAX, "không có việc giao nhận '%.*s'", STR_ARG(what));
    if (str_is_empty(v.note))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    if (str_equal(what, STR("handed")) && str_is_empty(str_trim(to_text)))
        return err_set(err, ERR_SYNTAX, "cần ghi giao cho ai");
    return db_transact(db, note_in_transaction, &v, err);
}

/* Who may only look opens too, and is written down all the same. */
static enum err_code opened_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct thing *v = ctx;
    return custody(db, v, v->thing_id, STR("opened"), err);
}

enum err_code room_file_open(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                             int64_t file_id, struct sql_room_file_get_row **ret_file, struct str *ret_bytes,
                             struct err *err)
{
    struct thing v = {.actor = actor, .case_id = case_id, .thing_id = file_id};
    struct sql_room_file_get_row *file = NULL;
    struct sha256 hash;
    TRY(sql_room_file_get(db, actor, arena, &(struct sql_room_file_get_args){.id = file_id, .case_id = case_id}, &file,
                          err));
    if (!file || file->sha256.len_bytes != sizeof hash.bytes)
        return err_set(err, ERR_NOT_FOUND, "không có chứng cứ này trong hồ sơ");
    memcpy(hash.bytes, file->sha256.ptr, sizeof hash.bytes);
    struct str bytes;
    TRY(blob_read(db, &hash, ROOM_FILE_MAX_BYTES, arena, &bytes, err));
    TRY(db_transact(db, opened_in_transaction, &v, err));
    *ret_file = file;
    *ret_bytes = bytes;
    return ERR_NONE;
}

enum err_code room_files(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                         struct sql_room_file_rows_rows *ret_rows, struct err *err)
{
    return sql_room_file_rows(db, actor, arena, &(struct sql_room_file_rows_args){.case_id = case_id}, ret_rows, err);
}

enum err_code room_file_custody(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                                struct sql_room_custody_rows_rows *ret_rows, struct err *err)
{
    return sql_room_custody_rows(db, actor, arena, &(struct sql_room_custody_rows_args){.case_id = case_id}, ret_rows,
                                 err);
}
