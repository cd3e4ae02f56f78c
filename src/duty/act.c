#include "duty/act.h"

#include "format/json.h"
#include "proof/chain.h"

#define ACT_CONTENT_MAX_BYTES (1u << 20)

enum err_code act_record(struct db *db, const struct actor *actor, const struct act *act, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, ACT_CONTENT_MAX_BYTES);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    for (size_t i = 0; i < act->field_count; i++) {
        const struct act_field *f = &act->fields[i];
        if (!str_is_empty(f->text))
            json_field_str(&w, str_from_cstr(f->key), f->text);
        else if (f->number && f->is_id)
            json_field_id(&w, str_from_cstr(f->key), f->number);
        else if (f->number)
            json_field_i64(&w, str_from_cstr(f->key), f->number);
    }
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = act->kind,
                                             .object_kind = act->object_kind,
                                             .object_id = act->object_id,
                                             .unit_id = act->unit_id,
                                             .actor_id = actor->person_id,
                                             .content = buf_str(&buf)},
                        NULL, err);
}
