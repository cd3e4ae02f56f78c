#include "report/ooxml.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

void ooxml_put_text(struct buf *out, struct str text)
{
    size_t from = 0;
    for (size_t i = 0; i <= text.len_bytes; i++) {
        char c = '&';
        if (i < text.len_bytes)
            c = text.ptr[i];
        if (c != '&' && c != '<' && c != '>' && c != '"')
            continue;
        buf_put(out, str_slice(text, from, i));
        from = i + 1;
        if (i == text.len_bytes)
            break;
        buf_put(out, c == '&' ? STR("&amp;") : c == '<' ? STR("&lt;") : c == '>' ? STR("&gt;") : STR("&quot;"));
    }
}

struct zip_stream {
    const struct report_sink *sink;
    struct err *err;
    enum err_code code;
};

static la_ssize_t stream_write(struct archive *zip, void *ctx, const void *bytes, size_t len_bytes)
{
    struct zip_stream *stream = ctx;
    if (stream->code == ERR_NONE)
        stream->code = stream->sink->write(stream->sink->ctx, (struct str){bytes, len_bytes}, stream->err);
    if (stream->code == ERR_NONE)
        return (la_ssize_t)len_bytes;
    archive_set_error(zip, EIO, "write refused");
    return -1;
}

static int part_put(struct archive *zip, const struct ooxml_part *part)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return ARCHIVE_FATAL;
    archive_entry_set_pathname(entry, part->name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry,
                           (la_int64_t)part->bytes.len_bytes); /* known: no ZIP64 fields, which some Words refuse */
    /* No time is set: libarchive writes 1980-01-01, the first a ZIP can name. A real one would go through the machine's
     * time zone. */
    int status = archive_write_header(zip, entry);
    archive_entry_free(entry);
    if (status == ARCHIVE_OK &&
        archive_write_data(zip, part->bytes.ptr, part->bytes.len_bytes) != (la_ssize_t)part->bytes.len_bytes)
        status = ARCHIVE_FATAL;
    return status;
}

enum err_code ooxml_zip(const struct ooxml_part *parts, size_t count, const struct report_sink *sink, struct err *err)
{
    struct zip_stream stream = {sink, err, ERR_NONE};
    struct archive *zip = archive_write_new();
    if (!zip)
        return err_set(err, ERR_NOMEM, "no memory for a ZIP");
    int status = archive_write_set_format_zip(zip);
    if (status == ARCHIVE_OK)
        status = archive_write_zip_set_compression_deflate(zip);
    if (status == ARCHIVE_OK)
        status = archive_write_set_bytes_in_last_block(zip, 1);
    if (status == ARCHIVE_OK)
        status = archive_write_open(zip, &stream, NULL, stream_write, NULL);
    for (size_t i = 0; i < count && status == ARCHIVE_OK; i++)
        status = part_put(zip, &parts[i]);
    if (status == ARCHIVE_OK)
        status = archive_write_close(zip);
    enum err_code code = stream.code;
    if (code == ERR_NONE && status != ARCHIVE_OK) {
        const char *why = archive_error_string(zip);
        code = err_set(err, ERR_IO, "make ZIP: %s", why ? why : "unknown reason");
    }
    if (stream.code != ERR_NONE)
        archive_write_fail(zip);
    archive_write_free(zip);
    return code;
}
