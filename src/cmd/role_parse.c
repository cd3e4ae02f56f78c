#include "cmd/role.h"

#include <unistd.h>

#include "base/limits.h"
#include "os/file.h"
#include "os/process.h"

#define PDFTOTEXT "/usr/bin/pdftotext"
#define PDF_OUTPUT_MAX_BYTES \
    (LETTER_TEXT_MAX_BYTES * 4u) /* the reader's words about its ceiling are better than ours */
#define PARSE_CHILDREN 2u

struct parse_state {
    const struct parse_handler *handlers;
    size_t handler_count;
    struct parse_ceilings ceilings;
    struct sandbox_filter pure;
};

static const struct parse_handler *NULLABLE handler_find(const struct parse_state *state, struct str kind)
{
    for (size_t i = 0; i < state->handler_count; i++)
        if (str_equal(kind, str_from_cstr(state->handlers[i].kind)))
            return &state->handlers[i];
    return NULL;
}

static const struct sandbox_filter *NULLABLE parse_filter_for(void *NULLABLE ctx, const struct message *request)
{
    const struct parse_state *state = ctx;
    const struct parse_handler *handler = handler_find(state, request->texts[PARSE_KIND]);
    return handler && handler->needs_program ? NULL : &state->pure;
}

/* In the child. */
static enum err_code parse_answer(void *NULLABLE ctx, const struct message *request, struct arena *arena,
                                  struct message *reply, struct err *err)
{
    const struct parse_state *state = ctx;
    if (request->type != MESSAGE_PARSE)
        return err_set(err, ERR_DENIED, "parse only reads files");
    const struct parse_handler *handler = handler_find(state, request->texts[PARSE_KIND]);
    if (!handler)
        return err_set(err, ERR_UNSUPPORTED, "nobody reads \"%.*s\" here", STR_ARG(request->texts[PARSE_KIND]));
    struct parse_input input = {request->texts[PARSE_KIND], request->texts[PARSE_NAME], request->texts[PARSE_CONTENT],
                                -1};
    AUTO_FD made = -1;
    if (request->fd >= 0 && lseek(request->fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_UNSUPPORTED, "the file cannot be read from its start");
    if (handler->needs_program) {
        if (request->fd < 0)
            TRY(file_temp_fd(input.bytes, &made, err));
        input.fd = request->fd >= 0 ? request->fd : made;
        input.bytes = STR("");
    } else if (request->fd >= 0) {
        struct file_map map;
        TRY(file_map_fd(request->fd, "the file", UPLOAD_MAX_BYTES, &map, err)); /* unmapped by the end of the child */
        input.bytes = map.bytes;
    }
    return handler->read(&input, arena, &reply->texts[REPLY_CONTENT], err);
}

static enum err_code parse_setup(struct role_self *self, void **ret_state, struct err *err)
{
    /* What a dynamically linked pdftotext wants; none of it is anybody's data. */
    static const char *const read_only[] = {"/usr/lib",         "/lib",       "/lib64",
                                            "/etc/ld.so.cache", "/etc/fonts", "/usr/share/poppler",
                                            "/usr/share/fonts", "/usr/lib64"};
    static const char *const executable[] = {PDFTOTEXT, "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};
    struct parse_state *state = *ret_state;
    struct str user = role_config(self, "user");
    sandbox_init(&self->sandbox, SANDBOX_PARSE);
    self->sandbox.user = str_is_empty(user) ? "nobody" : arena_cstr(&self->arena, user);
    self->sandbox.limits = (struct sandbox_limits){.files = 64};
    for (size_t i = 0; i < ARRAY_LEN(read_only); i++)
        TRY(sandbox_allow_if_there(&self->sandbox, read_only[i], SANDBOX_READ, err));
    for (size_t i = 0; i < ARRAY_LEN(executable); i++)
        TRY(sandbox_allow_if_there(&self->sandbox, executable[i], SANDBOX_EXECUTE, err));
    return sandbox_filter_new(SANDBOX_PARSE_PURE, false, &state->pure, err);
}

static enum err_code parse_loop(struct role_self *self, void *ctx, struct err *err)
{
    const struct parse_state *state = ctx;
    const struct service service = {
        .control = &self->control,
        .log = &self->log,
        .children_max = PARSE_CHILDREN,
        .limits = {.memory_bytes = state->ceilings.memory_bytes,
                   .cpu_s = state->ceilings.cpu_s,
                   .file_bytes = UPLOAD_MAX_BYTES * 2u}, /* of a child: the role itself may log to a file of any size */
        .timeout_ms = state->ceilings.timeout_ms,
        .arena_bytes = (size_t)state->ceilings.memory_bytes,
        .answer = parse_answer,
        .filter_for = parse_filter_for,
        .state = ctx,
    };
    return service_run(&service, err);
}

int role_parse_main(const struct parse_handler *handlers, size_t handler_count, struct parse_ceilings ceilings)
{
    struct parse_state state = {handlers, handler_count, ceilings, {0}};
    if (!state.ceilings.memory_bytes)
        state.ceilings.memory_bytes = PARSE_MEMORY_BYTES;
    if (!state.ceilings.cpu_s)
        state.ceilings.cpu_s = PARSE_CPU_S;
    if (!state.ceilings.timeout_ms)
        state.ceilings.timeout_ms = PARSE_TIMEOUT_MS;
    return role_main(ROLE_PARSE, &state, parse_setup, parse_loop);
}

enum err_code parse_pdf_text(const struct parse_input *input, struct arena *arena, struct str *ret_result,
                             struct err *err)
{
    char last_page[16];
    snprintf(last_page, sizeof last_page, "%u", LETTER_PDF_MAX_PAGES + 1); /* one more, so that the reader can tell */
    const char *const argv[] = {"pdftotext", "-q", "-enc", "UTF-8", "-l", last_page, "-", "-", NULL};
    const struct process_spec spec = {
        .program = PDFTOTEXT, .argv = argv, .input_fd = input->fd, .channel_fd = -1, .keeps_stderr = true};
    struct process_result result;
    enum err_code code = process_run(&spec, PDF_OUTPUT_MAX_BYTES, PARSE_TIMEOUT_MS, arena, &result, err);
    if (code == ERR_NOT_FOUND)
        return err_set(err, ERR_UNSUPPORTED, "pdftotext is not on this machine (package poppler-utils)");
    TRY(code);
    if (result.is_cut)
        return err_set(err, ERR_LIMIT, "the PDF holds more than %u bytes of text", PDF_OUTPUT_MAX_BYTES);
    if (result.is_timed_out || result.signal_number != 0)
        return err_set(err, ERR_LIMIT, "the PDF cannot be read within the ceilings of time and memory");
    if (result.exit_code == 3)
        return err_set(err, ERR_DENIED, "the PDF forbids taking out its text");
    if (result.exit_code != 0)
        return err_set(err, ERR_SYNTAX, "not a PDF that can be read (pdftotext answered %d)", result.exit_code);
    *ret_result = result.output;
    return ERR_NONE;
}
