#include "incident/record.h"

#include "format/json.h"
#include "incident/incident.sql.h"
#include "os/crypto.h"
#include "proof/chain.h"

static enum err_code chain_note_of(struct db *db, const struct case_record *r, int64_t entry_id, struct err *err)
{
    struct sha256 hash = crypto_sha256(r->text);
    char hex[2 * sizeof hash.bytes + 1];
    for (size_t i = 0; i < sizeof hash.bytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash.bytes[i]);
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_id(&w, STR("entry"), entry_id);
    json_field_str(&w, STR("text_sha256"), str_from_cstr(hex));
    if (r->corrects_id)
        json_field_id(&w, STR("corrects"), r->corrects_id);
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    char kind[64];
    int printed = snprintf(kind, sizeof kind, "case_%s", r->kind);
    must(printed > 0 && (size_t)printed < sizeof kind);
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_CASE,
                                             .kind = kind,
                                             .object_kind = "incident",
                                             .object_id = r->case_id,
                                             .unit_id = r->by_unit_id,
                                             .actor_id = r->by_person,
                                             .content = buf_str(&buf)},
                        NULL, err);
}

enum err_code case_record(struct db *db, const struct case_record *record, int64_t *NULLABLE ret_id,
                          bool *NULLABLE ret_again, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    bool is_again = false;
    int64_t id = 0, now_ms = db_now_ms(db);
    if (!str_is_empty(record->once_key)) {
        struct sql_incident_entry_once_row *row = NULL;
        TRY(sql_incident_entry_once(
            db, &arena,
            &(struct sql_incident_entry_once_args){.case_id = record->case_id, .once_key = record->once_key}, &row,
            err));
        is_again = row != NULL;
        id = row ? row->id : 0;
    }
    if (!is_again) {
        struct str tlp = record->tlp;
        if (str_is_empty(tlp)) {
            struct sql_incident_tlp_row *row = NULL;
            TRY(sql_incident_tlp(db, &arena, &(struct sql_incident_tlp_args){.id = record->case_id}, &row, err));
            tlp = row ? row->tlp : STR("amber");
        }
        id = db_id(db);
        TRY(sql_incident_entry_insert(
            db,
            &(struct sql_incident_entry_insert_args){
                .id = id,
                .case_id = record->case_id,
                .at_ms = record->at_ms ? record->at_ms : now_ms,
                .known_ms = now_ms,
                .kind = str_from_cstr(record->kind),
                .text = str_is_null(record->text) ? STR("") : record->text,
                .detail_json = str_is_empty(record->detail_json) ? STR_NONE : record->detail_json,
                .amount_vnd = {record->amount_vnd != 0, record->amount_vnd},
                .tlp = tlp,
                .audience_bits = record->audience_bits,
                .corrects_id = {record->corrects_id != 0, record->corrects_id},
                .by_person = {record->by_person != 0, record->by_person},
                .by_unit_id = {record->by_unit_id != 0, record->by_unit_id},
                .once_key = str_is_empty(record->once_key) ? STR_NONE : record->once_key,
            },
            err));
        TRY(sql_incident_touch(db, &(struct sql_incident_touch_args){.id = record->case_id, .last_ms = now_ms}, err));
        TRY(chain_note_of(db, record, id, err));
    }
    if (ret_id)
        *ret_id = id;
    if (ret_again)
        *ret_again = is_again;
    return ERR_NONE;
}
