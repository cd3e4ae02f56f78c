#include "report/sink.h"

#include "os/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static enum err_code buf_write(void *ctx, struct str bytes, struct err *err)
{
    struct buf *buf = ctx;
    buf_put(buf, bytes);
    return buf_check(buf, err);
}

struct report_sink report_sink_buf(struct buf *buf)
{
    return (struct report_sink){buf_write, buf};
}

struct file_sink {
    int fd;
    const char *path;
};

static enum err_code file_write(void *ctx, struct str bytes, struct err *err)
{
    struct file_sink *file = ctx;
    return file_write_fd(file->fd, file->path, bytes, err);
}

static enum err_code part_publish(int fd, const char *part, const char *path, struct err *err)
{
    errno = 0;
    int failed = fsync(fd);
    if (failed && (errno == EINVAL || errno == ENOTSUP))
        failed = 0; /* not a file that can be synced */
    if (failed)
        return err_set(err, ERR_IO, "write %s to the disk", path);
    if (rename(part, path) != 0)
        return err_set(err, ERR_IO, "rename %s to %s", part, path);
    return file_sync_parent(path, err);
}

static enum err_code part_name(const char *path, char part[PATH_MAX], struct err *err)
{
    int n = snprintf(part, PATH_MAX, "%s.part", path);
    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return err_set(err, ERR_IO, "write %s", path);
    }
    return ERR_NONE;
}

enum err_code report_file(const char *path, enum err_code (*write_to)(void *, const struct report_sink *, struct err *),
                          void *ctx, struct err *err)
{
    char part[PATH_MAX];
    TRY(part_name(path, part, err));
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, ERR_IO, "create %s", part);
    struct file_sink file = {fd, path};
    struct report_sink sink = {file_write, &file};
    enum err_code code = write_to(ctx, &sink, err);
    if (code == ERR_NONE)
        code = part_publish(fd, part, path, err);
    (void)close(fd);
    if (code != ERR_NONE)
        (void)unlink(part);
    return code;
}

enum err_code report_file_named(const char *path, enum err_code (*write_file)(void *, const char *, struct err *),
                                void *ctx, struct err *err)
{
    char part[PATH_MAX];
    TRY(part_name(path, part, err));
    (void)unlink(part);
    enum err_code code = write_file(ctx, part, err);
    int fd = -1;
    if (code == ERR_NONE) {
        fd = open(part, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        code = fd < 0 ? err_set(err, ERR_IO, "open %s", part) : part_publish(fd, part, path, err);
    }
    if (fd >= 0)
        (void)close(fd);
    if (code != ERR_NONE)
        (void)unlink(part);
    return code;
}
