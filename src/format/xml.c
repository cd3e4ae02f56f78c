#include "format/xml.h"

#include "base/limits.h"
#include <expat.h>

#define CHUNK_BYTES (1u << 20) /* expat takes an int; pieces also let a failing handler stop early */

struct run {
    const struct xml_handler *handler;
    XML_Parser parser;
    unsigned depth;
    enum err_code code;
    struct err *err;
};

static struct str local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return str_from_cstr(colon ? colon + 1 : name);
}

static void stop(struct run *run, enum err_code code)
{
    if (run->code == ERR_NONE && code != ERR_NONE) {
        run->code = code;
        (void)XML_StopParser(run->parser, XML_FALSE);
    }
}

static void XMLCALL on_start(void *data, const char *name, const char **attrs)
{
    struct run *run = data;
    if (run->code != ERR_NONE)
        return;
    if (++run->depth > XML_DEPTH_MAX) {
        stop(run, err_set(run->err, ERR_LIMIT, "XML is nested deeper than %u levels", XML_DEPTH_MAX));
        return;
    }
    stop(run, run->handler->start(run->handler->ctx, local_name(name), attrs, run->err));
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct run *run = data;
    if (run->code != ERR_NONE)
        return;
    run->depth--;
    if (run->handler->end)
        stop(run, run->handler->end(run->handler->ctx, local_name(name), run->err));
}

static void XMLCALL on_text(void *data, const char *text, int len)
{
    struct run *run = data;
    if (run->code == ERR_NONE && run->handler->text)
        stop(run, run->handler->text(run->handler->ctx, (struct str){text, (size_t)len}, run->err));
}

static void XMLCALL on_doctype(void *data, const char *name, const char *system_id, const char *public_id, int internal)
{
    struct run *run = data;
    stop(run, err_set(run->err, ERR_SYNTAX, "tệp khai báo DOCTYPE, không nhận / XML with a DOCTYPE is refused"));
}

enum err_code xml_parse(struct str bytes, const char *what, const struct xml_handler *handler, struct err *err)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!parser)
        return err_set(err, ERR_NOMEM, "no memory for XML");
    struct run run = {.handler = handler, .parser = parser, .err = err};
    XML_SetUserData(parser, &run);
    XML_SetElementHandler(parser, on_start, on_end);
    if (handler->text)
        XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    for (size_t at = 0;;) {
        struct str chunk = str_slice(bytes, at, at + CHUNK_BYTES);
        at += chunk.len_bytes;
        bool last = at >= bytes.len_bytes;
        if (XML_Parse(parser, chunk.ptr ? chunk.ptr : "", (int)chunk.len_bytes, last) == XML_STATUS_ERROR) {
            if (run.code == ERR_NONE)
                run.code = XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY
                               ? err_set(err, ERR_NOMEM, "no memory for XML")
                               : err_set(err, ERR_SYNTAX, "line %lu, column %lu: %s",
                                         (unsigned long)XML_GetCurrentLineNumber(parser),
                                         (unsigned long)XML_GetCurrentColumnNumber(parser) + 1,
                                         XML_ErrorString(XML_GetErrorCode(parser)));
            break;
        }
        if (last)
            break;
    }
    XML_ParserFree(parser);
    return run.code == ERR_NONE ? ERR_NONE : err_wrap(err, "%s", what);
}

struct str xml_attr(const char *const *attrs, const char *name)
{
    for (size_t i = 0; attrs[i] && attrs[i + 1]; i += 2) {
        const char *colon = strchr(attrs[i], ':');
        if (strcmp(colon ? colon + 1 : attrs[i], name) == 0)
            return str_from_cstr(attrs[i + 1]);
    }
    return STR_NONE;
}
