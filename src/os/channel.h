/* channel.h - length-prefixed messages between roles over a stream socket, read as hostile.
 * A frame is {u32le magic, u16le type, u16le flags (1: one descriptor travels with it), u64le request id, u32le body
 * bytes} and the body. A body is the fields of its schema in order: a number is u64le, text and bytes are u32le length
 * and content. The reader refuses an unknown type, a length over the field's ceiling, text that is no UTF-8, a missing
 * or unasked-for descriptor, and anything left over; after any of these the channel is broken and only good for
 * closing. Uses: base, os/file.    Used by: cmd (roles). Memory: bodies live in the caller's arena.    Threads: one
 * user at a time. */
#ifndef LUYTRE_OS_CHANNEL_H
#define LUYTRE_OS_CHANNEL_H

#include "base/arena.h"

NONNULL_BEGIN

#define CHANNEL_FRAME_BYTES    20u
#define CHANNEL_BODY_MAX_BYTES (64u << 20)
#define MESSAGE_FIELDS_MAX     8u

enum field_kind { FIELD_NUMBER = 1, FIELD_TEXT, FIELD_BYTES };
struct field_spec {
    const char *name;
    enum field_kind kind;
    uint64_t max; /* bytes of text and bytes, value of a number; 0 = 0 */
};
struct message_schema {
    uint16_t type; /* > 0 */
    const char *name;
    enum { FD_NEVER, FD_MAYBE, FD_ALWAYS } takes_fd;
    struct field_spec fields[MESSAGE_FIELDS_MAX]; /* ends at kind 0 */
};
struct message {
    uint16_t type;
    uint64_t id;
    int fd; /* -1 when none; received ones are the caller's to close */
    uint64_t numbers[MESSAGE_FIELDS_MAX];
    struct str texts[MESSAGE_FIELDS_MAX]; /* at the index of their field */
};
#define MESSAGE_NONE ((struct message){.fd = -1})

/* The body as bytes, and back. message_parse borrows body: texts are views of it. Only fields are read and written. */
MUST_USE enum err_code message_print(const struct message_schema *schema, const struct message *message,
                                     struct arena *arena, struct str *ret_body, struct err *err);
MUST_USE enum err_code message_parse(const struct message_schema *schema, struct str body, struct message *ret_message,
                                     struct err *err);

struct frame {
    uint16_t type;
    bool has_fd;
    uint64_t id;
    uint32_t body_bytes;
};
/* Exactly CHANNEL_FRAME_BYTES. *ret_schema is the row of its type. */
MUST_USE enum err_code frame_parse(const struct message_schema *schemas, size_t schema_count, struct str bytes,
                                   struct frame *ret_frame, const struct message_schema **ret_schema, struct err *err);

struct channel {
    int fd;
    const struct message_schema *schemas;
    size_t schema_count;
    bool is_broken;
};
void channel_init(struct channel *channel, int fd, const struct message_schema *schemas, size_t schema_count);
void channel_close(struct channel *channel); /* safe twice */
/* The descriptor of the message is copied to the other side and stays open here. ERR_BUSY when the other side does not
 * read within timeout_ms, ERR_NOT_FOUND when it is gone; both break the channel when part of a frame was written. */
MUST_USE enum err_code channel_send(struct channel *channel, const struct message *message, int timeout_ms,
                                    struct err *err);
/* ERR_BUSY when nothing came within timeout_ms (-1: wait for ever), ERR_NOT_FOUND when the other side is gone,
 * ERR_SYNTAX or ERR_LIMIT when it broke the rules. On a timeout in the middle of a frame the channel is broken. */
MUST_USE enum err_code channel_receive(struct channel *channel, int timeout_ms, struct arena *arena,
                                       struct message *ret_message, struct err *err);

NONNULL_END
#endif
