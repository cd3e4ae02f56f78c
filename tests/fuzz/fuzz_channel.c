#include "os/peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* A frame and its body, read as a role reads them: what is taken must print to the same bytes again, and every text of
 * it must keep to its schema. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    struct str bytes = {(const char *)data, size_bytes};
    struct frame frame;
    const struct message_schema *schema;
    if (size_bytes < CHANNEL_FRAME_BYTES ||
        frame_parse(role_schemas, role_schema_count, str_slice(bytes, 0, CHANNEL_FRAME_BYTES), &frame, &schema, &err) !=
            ERR_NONE)
        return 0;
    struct str body = str_slice(bytes, CHANNEL_FRAME_BYTES, size_bytes), again;
    struct message message = {.id = frame.id, .fd = -1};
    if (body.len_bytes != frame.body_bytes || message_parse(schema, body, &message, &err) != ERR_NONE)
        return 0;
    must(message.type == frame.type && message.id == frame.id);
    for (size_t i = 0; i < MESSAGE_FIELDS_MAX && schema->fields[i].kind; i++) {
        if (schema->fields[i].kind == FIELD_NUMBER)
            must(message.numbers[i] <= schema->fields[i].max);
        else
            must(message.texts[i].len_bytes <= schema->fields[i].max);
        if (schema->fields[i].kind == FIELD_TEXT)
            must(utf8_is_valid(message.texts[i]));
    }
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    must(message_print(schema, &message, &arena, &again, &err) == ERR_NONE);
    must(str_equal(again, body));
    return 0;
}
