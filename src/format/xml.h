/* xml.h - XML without the parts that bite: a DOCTYPE is refused (no entities, no expansion), depth is capped.
 * Uses: expat.    Used by: format/xlsx, format/docx.    Memory: expat's own heap, freed at the end; views given to a
 * handler die when it returns.    Threads: no shared state. */
#ifndef LUYTRE_FORMAT_XML_H
#define LUYTRE_FORMAT_XML_H

#include "base/err.h"
#include "base/text.h"

NONNULL_BEGIN

/* Names come without their prefix ("w:p" is "p"): the office formats never mix vocabularies that clash. */
struct xml_handler {
    /* attrs: name, value, ..., NULL; names as written. A handler that fails stops the parser and its error is the
     * result. */
    enum err_code (*start)(void *ctx, struct str name, const char *NULLABLE const *attrs, struct err *err);
    enum err_code (*NULLABLE end)(void *ctx, struct str name, struct err *err);
    enum err_code (*NULLABLE text)(void *ctx, struct str text,
                                   struct err *err); /* one text may come in several pieces */
    void *ctx;
};
/* ERR_SYNTAX with line and column; ERR_LIMIT past XML_DEPTH_MAX. what: for messages ("word/document.xml"). */
MUST_USE enum err_code xml_parse(struct str bytes, const char *what, const struct xml_handler *handler,
                                 struct err *err);
/* Value of an attribute whose name without prefix is `name`; STR_NONE when absent. */
struct str xml_attr(const char *NULLABLE const *attrs, const char *name);

NONNULL_END
#endif
