/* sink.h - where a finished document goes: a buffer, or a file that exists whole or not at all.
 * A writer calls sink->write with pieces in order; the first failure ends it and travels up with its own words.
 * Uses: base, os/file.    Used by: every writer of report/.    Memory: none of its own.    Threads: one owner. */
#ifndef LUYTRE_REPORT_SINK_H
#define LUYTRE_REPORT_SINK_H

#include "base/buf.h"

NONNULL_BEGIN

struct report_sink {
    enum err_code (*write)(void *NULLABLE ctx, struct str bytes, struct err *err);
    void *NULLABLE ctx;
};

/* Everything into a buffer; its ceiling is the document's ceiling. */
struct report_sink report_sink_buf(struct buf *buf);

/* Run write_to and put what it wrote under path: first into "<path>.part", synced, then renamed over path. When
 * anything fails, disk full included, path keeps what it held before and the part file is gone. */
MUST_USE enum err_code report_file(const char *path,
                                   enum err_code (*write_to)(void *NULLABLE ctx, const struct report_sink *sink,
                                                             struct err *err),
                                   void *NULLABLE ctx, struct err *err);

/* The same for a library that insists on writing a file by name. */
MUST_USE enum err_code report_file_named(const char *path,
                                         enum err_code (*write_file)(void *NULLABLE ctx, const char *part_path,
                                                                     struct err *err),
                                         void *NULLABLE ctx, struct err *err);

NONNULL_END
#endif
