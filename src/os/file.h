/* file.h - descriptors, whole files, folders and path safety.
 * Knows nothing of what the bytes mean. A path here is the program's own or the administrator's; a name that came from
 * outside (upload, archive entry, form field) goes through path_is_safe first.
 * Uses: base.    Used by: everything that touches the disk.
 * Memory: results live in the caller's arena; struct file_map is the caller's.    Threads: no shared state. */
#ifndef LUYTRE_OS_FILE_H
#define LUYTRE_OS_FILE_H

#include <unistd.h>

#include "base/arena.h"

NONNULL_BEGIN

static inline void fd_cleanup(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
/* Closes itself at the end of the scope unless taken with TAKE_FD. Initialise at the declaration. */
#define AUTO_FD __attribute__((cleanup(fd_cleanup), unused)) int
#define TAKE_FD(fd)        \
    __extension__({        \
        int taken_ = (fd); \
        (fd) = -1;         \
        taken_;            \
    })

/* The whole file. ERR_NOT_FOUND when there is none, ERR_LIMIT when over the ceiling (nothing is kept), ERR_IO
 * otherwise. The result is NUL-terminated one byte past its end. Works on pipes too; on a regular file one read does.
 */
MUST_USE enum err_code file_read(const char *path, size_t ceiling_bytes, struct arena *arena, struct str *ret_bytes,
                                 struct err *err);
/* From the present position to the end; `name` is for the error text. The descriptor stays open. */
MUST_USE enum err_code file_read_fd(int fd, const char *name, size_t ceiling_bytes, struct arena *arena,
                                    struct str *ret_bytes, struct err *err);
MUST_USE enum err_code file_write_fd(int fd, const char *name, struct str bytes, struct err *err);
/* Readers see the old file or the new one, never half of one, also after a power cut: temporary file in the same
 * folder, fsync, rename, fsync of the folder. */
MUST_USE enum err_code file_write_atomic(const char *path, struct str bytes, unsigned mode, struct err *err);
/* fsync the folder that holds path: makes a rename or a new name durable. */
MUST_USE enum err_code file_sync_parent(const char *path, struct err *err);

/* A regular file read-only in memory; an empty file gives an empty view. Truncating it while mapped kills the reader
 * (SIGBUS), so map only files that we own or that nobody writes. */
struct file_map {
    struct str bytes;
};
MUST_USE enum err_code file_map_open(const char *path, size_t ceiling_bytes, struct file_map *ret_map, struct err *err);
MUST_USE enum err_code file_map_fd(int fd, const char *name, size_t ceiling_bytes, struct file_map *ret_map,
                                   struct err *err);
void file_map_close(struct file_map *map); /* safe twice */

enum file_kind { FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER };
struct file_entry {
    struct str name;
    enum file_kind kind; /* links are not followed */
    int64_t size_bytes;
    int64_t modified_ms; /* Unix milliseconds */
};
struct file_list {
    struct file_entry *NULLABLE items; /* sorted by name, bytewise; without . and .. */
    size_t count;
};
MUST_USE enum err_code file_list_folder(const char *path, size_t count_max, struct arena *arena,
                                        struct file_list *ret_list, struct err *err);
/* Follows links. ERR_NOT_FOUND when there is none. */
MUST_USE enum err_code file_stat(const char *path, struct file_entry *ret_entry, struct err *err);
bool file_exists(const char *path);
MUST_USE enum err_code file_remove(const char *path, struct err *err); /* a missing file is fine */
/* The folder and everything in it; links are removed, never followed. A missing one is fine. */
MUST_USE enum err_code file_remove_all(const char *path, struct err *err);
MUST_USE enum err_code file_mkdir_all(const char *path, unsigned mode, struct err *err); /* like mkdir -p */
/* A new 0700 folder under $TMPDIR or /tmp. */
MUST_USE enum err_code file_temp_folder(struct str prefix, struct arena *arena, const char **ret_path, struct err *err);
/* An unnamed read-write file that is gone when its descriptor is (memfd; counts as memory). */
MUST_USE enum err_code file_temp_fd(struct str content, int *ret_fd, struct err *err);

/* A relative name that cannot leave its folder: not empty, no NUL or control byte, not absolute, no backslash, no drive
 * colon, no empty, "." or ".." part, each part at most 255 bytes, at most 4096 in all. */
bool path_is_safe(struct str path);
/* dir/name for a safe name; ERR_DENIED for any other. */
MUST_USE enum err_code path_join(struct str dir, struct str name, struct arena *arena, const char **ret_path,
                                 struct err *err);
struct str path_base_name(struct str path); /* "a/b.pdf" -> "b.pdf" */
struct str path_extension(struct str path); /* "a/b.PDF" -> "PDF"; empty when none */
/* Open `name` below the open folder; neither ".." nor a link can lead out (openat2, RESOLVE_BENEATH; where the kernel
 * has no openat2, no link is followed at all). flags as open(2). */
MUST_USE enum err_code file_open_beneath(int folder_fd, struct str name, int flags, unsigned mode, int *ret_fd,
                                         struct err *err);
/* Close every descriptor from `first` on. Safe between fork and exec. Kernels and containers without close_range are
 * served from /proc/self/fd, and without that by trying each number below the limit. */
void file_close_from(int first);

NONNULL_END
#endif
