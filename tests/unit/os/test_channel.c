#include "test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "os/channel.h"
#include "os/file.h"
#include "os/socket.h"

static const struct message_schema schemas[] = {
    {1, "plain", FD_NEVER, {{"n", FIELD_NUMBER, 1000}, {"t", FIELD_TEXT, 8}, {"b", FIELD_BYTES, 1u << 20}}},
    {2, "carries", FD_ALWAYS, {{"n", FIELD_NUMBER, 1}}},
    {3, "empty", FD_NEVER, {{0}}},
};
static struct arena arena;
static struct channel a, b;
static struct err err;

static int open_pair(void **state)
{
    int x = -1, y = -1;
    arena_init(&arena, 16u << 20);
    if (socket_pair(&x, &y, &err) != ERR_NONE)
        return -1;
    channel_init(&a, x, schemas, ARRAY_LEN(schemas));
    channel_init(&b, y, schemas, ARRAY_LEN(schemas));
    return 0;
}
static int close_pair(void **state)
{
    channel_close(&a);
    channel_close(&b);
    channel_close(&b);
    arena_done(&arena);
    return 0;
}
static struct message plain(uint64_t n, struct str t, struct str bytes)
{
    struct message m = {.type = 1, .id = 77, .fd = -1};
    m.numbers[0] = n;
    m.texts[1] = t;
    m.texts[2] = bytes;
    return m;
}

static void what_is_sent_is_received(void **state)
{
    struct message in = plain(1000,
                              STR("tr\xC3\xBA"
                                  "c"),
                              STR("a\0b")),
                   out = MESSAGE_NONE;
    assert_ok(channel_send(&a, &in, 1000, &err));
    assert_ok(channel_receive(&b, 1000, &arena, &out, &err));
    assert_int_equal(out.type, 1);
    assert_int_equal(out.id, 77);
    assert_int_equal(out.fd, -1);
    assert_int_equal(out.numbers[0], 1000);
    assert_str(out.texts[1], in.texts[1]);
    assert_str(out.texts[2], in.texts[2]);
}

static void a_descriptor_travels_along(void **state)
{
    AUTO_FD fd = -1;
    struct message in = {.type = 2}, out = MESSAGE_NONE;
    struct str got;
    assert_ok(file_temp_fd(STR("content"), &fd, &err));
    in.fd = fd;
    assert_ok(channel_send(&a, &in, 1000, &err));
    assert_ok(channel_receive(&b, 1000, &arena, &out, &err));
    AUTO_FD taken = out.fd;
    assert_true(taken >= 0 && taken != fd);
    assert_ok(file_read_fd(taken, "x", 100, &arena, &got, &err));
    assert_str(got, STR("content"));
}

static void we_do_not_send_what_the_schema_forbids(void **state)
{
    struct message over = plain(1001, STR(""), STR("")), long_text = plain(1, STR("123456789"), STR("")),
                   no_text = plain(1, STR("\xFF"), STR(""));
    assert_err(channel_send(&a, &over, 1000, &err), ERR_LIMIT);
    assert_err(channel_send(&a, &long_text, 1000, &err), ERR_LIMIT);
    assert_err(channel_send(&a, &no_text, 1000, &err), ERR_SYNTAX);
}

/* Raw bytes from the other side, that keep to the frame or do not. */
static void frame(char out[20], uint32_t magic, unsigned type, unsigned flags, uint32_t body_bytes)
{
    memset(out, 0, 20);
    for (size_t i = 0; i < 4; i++) {
        out[i] = (char)(magic >> 8 * i);
        out[16 + i] = (char)(body_bytes >> 8 * i);
    }
    out[4] = (char)type;
    out[5] = (char)(type >> 8);
    out[6] = (char)flags;
}
#define MAGIC 0x3143544Cu

static void hostile_bytes_break_the_channel(void **state)
{
    static const struct {
        const char *name;
        uint32_t magic;
        unsigned type, flags;
        uint32_t body_bytes;
        struct str body;
        enum err_code want;
    } cases[] = {
        {"magic", MAGIC + 1, 3, 0, 0, STR_INIT(""), ERR_SYNTAX},
        {"type", MAGIC, 99, 0, 0, STR_INIT(""), ERR_SYNTAX},
        {"flags", MAGIC, 3, 4, 0, STR_INIT(""), ERR_SYNTAX},
        {"claims a descriptor", MAGIC, 3, 1, 0, STR_INIT(""), ERR_SYNTAX},
        {"descriptor missing", MAGIC, 2, 0, 8, STR_INIT("\1\0\0\0\0\0\0\0"), ERR_SYNTAX},
        {"descriptor claimed, none came", MAGIC, 2, 1, 8, STR_INIT("\1\0\0\0\0\0\0\0"), ERR_SYNTAX},
        {"huge", MAGIC, 1, 0, 0xFFFFFFFFu, STR_INIT(""), ERR_LIMIT},
        {"left over", MAGIC, 3, 0, 1, STR_INIT("x"), ERR_LIMIT},
        {"left over after fields", MAGIC, 1, 0, 17, STR_INIT("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x"), ERR_SYNTAX},
        {"number over", MAGIC, 1, 0, 16, STR_INIT("\1\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0"), ERR_LIMIT},
        {"text over", MAGIC, 1, 0, 16, STR_INIT("\1\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0"), ERR_LIMIT},
        {"text past the end", MAGIC, 1, 0, 16, STR_INIT("\1\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0"), ERR_SYNTAX},
        {"text is no text", MAGIC, 1, 0, 17, STR_INIT("\1\0\0\0\0\0\0\0\1\0\0\0\xFF\0\0\0\0"), ERR_SYNTAX},
        {"short", MAGIC, 1, 0, 3, STR_INIT("\1\0\0"), ERR_SYNTAX},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char head[20];
        struct message out = MESSAGE_NONE;
        open_pair(state);
        frame(head, cases[i].magic, cases[i].type, cases[i].flags, cases[i].body_bytes);
        assert_int_equal(write(a.fd, head, sizeof head), sizeof head);
        if (cases[i].body.len_bytes)
            assert_int_equal(write(a.fd, cases[i].body.ptr, cases[i].body.len_bytes), cases[i].body.len_bytes);
        enum err_code code = channel_receive(&b, 1000, &arena, &out, &err);
        if (code != cases[i].want || !b.is_broken)
            fail_msg("%s: %s (%s)", cases[i].name, err_code_to_str(code), err.text);
        assert_err(channel_receive(&b, 1000, &arena, &out, &err), ERR_NOT_FOUND);
        close_pair(state);
    }
    open_pair(state);
}

static void an_unasked_for_descriptor_is_refused_and_closed(void **state)
{
    char head[20];
    struct message out = MESSAGE_NONE;
    frame(head, MAGIC, 3, 0, 0);
    struct iovec iov = {head, sizeof head};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    msg.msg_control = control.bytes;
    msg.msg_controllen = sizeof control.bytes;
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    memcpy(CMSG_DATA(cmsg), &ends[1], sizeof(int));
    assert_int_equal(sendmsg(a.fd, &msg, 0), sizeof head);
    close(ends[1]);
    assert_err(channel_receive(&b, 1000, &arena, &out, &err), ERR_SYNTAX);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 0); /* the end of the pipe: nobody holds the writing end any more */
    close(ends[0]);
}

static void silence_is_busy_and_leaves_the_channel_whole(void **state)
{
    struct message out = MESSAGE_NONE, in = {.type = 3, .fd = -1};
    assert_err(channel_receive(&b, 20, &arena, &out, &err), ERR_BUSY);
    assert_ok(channel_send(&a, &in, 1000, &err));
    assert_ok(channel_receive(&b, 1000, &arena, &out, &err));
}

static void silence_in_the_middle_breaks_the_channel(void **state)
{
    struct message out = MESSAGE_NONE;
    assert_int_equal(write(a.fd, "LTC1", 4), 4);
    assert_err(channel_receive(&b, 20, &arena, &out, &err), ERR_BUSY);
    assert_true(b.is_broken);
}

static void the_other_side_gone_is_not_found(void **state)
{
    struct message out = MESSAGE_NONE, in = {.type = 3, .fd = -1};
    channel_close(&a);
    assert_err(channel_receive(&b, 1000, &arena, &out, &err), ERR_NOT_FOUND);
    b.is_broken = false;
    assert_err(channel_send(&b, &in, 1000, &err), ERR_NOT_FOUND);
}

static void gone_in_the_middle_is_a_broken_rule(void **state)
{
    struct message out = MESSAGE_NONE;
    assert_int_equal(write(a.fd, "LTC1", 4), 4);
    channel_close(&a);
    assert_err(channel_receive(&b, 1000, &arena, &out, &err), ERR_SYNTAX);
}

static void a_reader_that_does_not_read_is_busy(void **state)
{
    char *big = arena_alloc(&arena, 1u << 20, 1);
    assert_non_null(big);
    struct message in = plain(1, STR(""), (struct str){big, 1u << 20});
    assert_err(channel_send(&a, &in, 20, &err), ERR_BUSY);
    assert_true(a.is_broken);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
    const struct CMUnitTest tests[] = {
        T(what_is_sent_is_received),
        T(a_descriptor_travels_along),
        T(we_do_not_send_what_the_schema_forbids),
        cmocka_unit_test_teardown(hostile_bytes_break_the_channel, close_pair),
        T(an_unasked_for_descriptor_is_refused_and_closed),
        T(silence_is_busy_and_leaves_the_channel_whole),
        T(silence_in_the_middle_breaks_the_channel),
        T(the_other_side_gone_is_not_found),
        T(gone_in_the_middle_is_a_broken_rule),
        T(a_reader_that_does_not_read_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
