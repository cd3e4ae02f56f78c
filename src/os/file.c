#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/vec.h"

#define FOLDER_DEPTH_MAX 64

static enum err_code open_failed(const char *path, struct err *err)
{
    if (errno == ENOENT || errno == ENOTDIR)
        return err_set(err, ERR_NOT_FOUND, "open %s: no such file", path);
    return err_set(err, ERR_IO, "open %s", path);
}

enum err_code file_read(const char *path, size_t ceiling_bytes, struct arena *arena, struct str *ret_bytes,
                        struct err *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return open_failed(path, err);
    return file_read_fd(fd, path, ceiling_bytes, arena, ret_bytes, err);
}

enum err_code file_read_fd(int fd, const char *name, size_t ceiling_bytes, struct arena *arena, struct str *ret_bytes,
                           struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_IO, "stat %s", name);
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return err_set(err, ERR_IO, "read %s", name);
    }
    if (S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size > ceiling_bytes)
        return err_set(err, ERR_LIMIT, "%s has %lld bytes, more than %zu", name, (long long)st.st_size, ceiling_bytes);
    /* /proc files say 0 and a regular file may grow while it is read, so the size is only the first guess. */
    size_t room_bytes = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size : 16384;
    if (room_bytes > ceiling_bytes)
        room_bytes = ceiling_bytes;
    struct arena_mark mark = arena_mark(arena);
    char *bytes = arena_alloc(arena, room_bytes + 1, 1);
    if (!bytes)
        return arena_full(arena, err);
    size_t used_bytes = 0;
    for (;;) {
        if (used_bytes == room_bytes) {
            char probe;
            ssize_t more = read(fd, &probe, 1);
            if (more < 0 && errno == EINTR)
                continue;
            if (more < 0)
                return err_set(err, ERR_IO, "read %s", name);
            if (more == 0)
                break;
            if (room_bytes >= ceiling_bytes) {
                arena_rewind(arena, mark);
                return err_set(err, ERR_LIMIT, "%s is over %zu bytes", name, ceiling_bytes);
            }
            size_t grown_bytes = room_bytes > ceiling_bytes / 2 ? ceiling_bytes : room_bytes * 2;
            char *grown = arena_alloc(arena, grown_bytes + 1, 1);
            if (!grown)
                return arena_full(arena, err);
            memcpy(grown, bytes, used_bytes);
            bytes = grown;
            room_bytes = grown_bytes;
            bytes[used_bytes++] = probe;
            continue;
        }
        ssize_t n = read(fd, bytes + used_bytes, room_bytes - used_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_IO, "read %s", name);
        if (n == 0)
            break;
        used_bytes += (size_t)n;
    }
    bytes[used_bytes] = '\0';
    *ret_bytes = (struct str){bytes, used_bytes};
    return ERR_NONE;
}

enum err_code file_write_fd(int fd, const char *name, struct str bytes, struct err *err)
{
    while (bytes.len_bytes > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_IO, "write %s", name);
        bytes.ptr += n;
        bytes.len_bytes -= (size_t)n;
    }
    return ERR_NONE;
}

/* The folder part of path, "." when it has none. */
static enum err_code parent_of(const char *path, char ret_dir[PATH_MAX], struct err *err)
{
    const char *slash = strrchr(path, '/');
    size_t len_bytes = slash ? (size_t)(slash - path) : 0;
    if (len_bytes >= PATH_MAX)
        return err_set(err, ERR_LIMIT, "path is over %d bytes", PATH_MAX);
    if (!slash) {
        memcpy(ret_dir, ".", 2);
        return ERR_NONE;
    }
    if (len_bytes == 0)
        len_bytes = 1;
    memcpy(ret_dir, path, len_bytes);
    ret_dir[len_bytes] = '\0';
    return ERR_NONE;
}

enum err_code file_sync_parent(const char *path, struct err *err)
{
    char dir[PATH_MAX];
    TRY(parent_of(path, dir, err));
    AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_IO, "open folder %s", dir);
    if (fsync(fd) != 0 && errno != EINVAL) /* EINVAL: a file system without folder sync */
        return err_set(err, ERR_IO, "sync folder %s", dir);
    return ERR_NONE;
}

enum err_code file_write_atomic(const char *path, struct str bytes, unsigned mode, struct err *err)
{
    char temp[PATH_MAX];
    int n = snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temp)
        return err_set(err, ERR_LIMIT, "path is over %d bytes", PATH_MAX);
    AUTO_FD fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_IO, "create beside %s", path);
    enum err_code code = file_write_fd(fd, path, bytes, err);
    if (code == ERR_NONE && fchmod(fd, (mode_t)mode) != 0)
        code = err_set(err, ERR_IO, "set mode of %s", path);
    if (code == ERR_NONE && fsync(fd) != 0)
        code = err_set(err, ERR_IO, "sync %s", path);
    if (code == ERR_NONE && rename(temp, path) != 0)
        code = err_set(err, ERR_IO, "rename to %s", path);
    if (code != ERR_NONE) {
        (void)unlink(temp);
        return code;
    }
    return file_sync_parent(path, err);
}

enum err_code file_map_open(const char *path, size_t ceiling_bytes, struct file_map *ret_map, struct err *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return open_failed(path, err);
    return file_map_fd(fd, path, ceiling_bytes, ret_map, err);
}

enum err_code file_map_fd(int fd, const char *name, size_t ceiling_bytes, struct file_map *ret_map, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_IO, "stat %s", name);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_UNSUPPORTED, "%s is not a regular file", name);
    if ((uint64_t)st.st_size > ceiling_bytes)
        return err_set(err, ERR_LIMIT, "%s has %lld bytes, more than %zu", name, (long long)st.st_size, ceiling_bytes);
    if (st.st_size == 0) {
        ret_map->bytes = STR("");
        return ERR_NONE;
    }
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return err_set(err, ERR_IO, "map %s", name);
    ret_map->bytes = (struct str){at, (size_t)st.st_size};
    return ERR_NONE;
}

void file_map_close(struct file_map *map)
{
    if (map->bytes.len_bytes > 0)
        (void)munmap((void *)(uintptr_t)map->bytes.ptr, map->bytes.len_bytes);
    map->bytes = STR("");
}

static void entry_fill(struct file_entry *entry, const struct stat *st)
{
    entry->kind = S_ISREG(st->st_mode)   ? FILE_REGULAR
                  : S_ISDIR(st->st_mode) ? FILE_FOLDER
                  : S_ISLNK(st->st_mode) ? FILE_LINK
                                         : FILE_OTHER;
    entry->size_bytes = (int64_t)st->st_size;
    entry->modified_ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static int entry_compare(const void *a, const void *b)
{
    return str_compare(((const struct file_entry *)a)->name, ((const struct file_entry *)b)->name);
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static enum err_code list_read(DIR *dir, const char *path, size_t count_max, struct arena *arena,
                               struct file_list *ret_list, struct err *err)
{
    VEC(struct file_entry) entries = {0};
    for (;;) {
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (!d && errno != 0)
            return err_set(err, ERR_IO, "list %s", path);
        if (!d)
            break;
        if (is_dot(d->d_name))
            continue;
        struct stat st;
        if (fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) /* removed between the two calls */
                continue;
            return err_set(err, ERR_IO, "stat %s/%s", path, d->d_name);
        }
        if (entries.count >= count_max)
            return err_set(err, ERR_LIMIT, "%s holds more than %zu entries", path, count_max);
        struct file_entry *entry = vec_push(&entries, arena);
        struct str name = entry ? arena_str(arena, str_from_cstr(d->d_name)) : STR_NONE;
        if (str_is_null(name))
            return arena_full(arena, err);
        entry->name = name;
        entry_fill(entry, &st);
    }
    if (entries.count > 1)
        qsort(entries.items, entries.count, sizeof *entries.items, entry_compare);
    *ret_list = (struct file_list){entries.items, entries.count};
    return ERR_NONE;
}

enum err_code file_list_folder(const char *path, size_t count_max, struct arena *arena, struct file_list *ret_list,
                               struct err *err)
{
    DIR *dir = opendir(path);
    if (!dir)
        return open_failed(path, err);
    enum err_code code = list_read(dir, path, count_max, arena, ret_list, err);
    (void)closedir(dir);
    return code;
}

enum err_code file_stat(const char *path, struct file_entry *ret_entry, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return open_failed(path, err);
    ret_entry->name = str_from_cstr(path);
    entry_fill(ret_entry, &st);
    return ERR_NONE;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

enum err_code file_remove(const char *path, struct err *err)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return err_set(err, ERR_IO, "remove %s", path);
    return ERR_NONE;
}

static enum err_code remove_below(int parent_fd, const char *name, int depth, struct err *err)
{
    if (unlinkat(parent_fd, name, 0) == 0 || errno == ENOENT)
        return ERR_NONE;
    if (errno != EISDIR && errno != EPERM)
        return err_set(err, ERR_IO, "remove %s", name);
    if (depth >= FOLDER_DEPTH_MAX)
        return err_set(err, ERR_LIMIT, "remove %s: folders nest deeper than %d", name, FOLDER_DEPTH_MAX);
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_IO, "open folder %s", name);
    DIR *dir = fdopendir(fd); /* owns fd from here */
    if (!dir) {
        (void)close(fd);
        return err_set(err, ERR_IO, "open folder %s", name);
    }
    enum err_code code = ERR_NONE;
    for (const struct dirent *d = readdir(dir); d && code == ERR_NONE; d = readdir(dir)) {
        if (!is_dot(d->d_name))
            code = remove_below(fd, d->d_name, depth + 1, err);
    }
    (void)closedir(dir);
    TRY(code);
    if (unlinkat(parent_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        return err_set(err, ERR_IO, "remove folder %s", name);
    return ERR_NONE;
}

enum err_code file_remove_all(const char *path, struct err *err)
{
    return remove_below(AT_FDCWD, path, 0, err);
}

enum err_code file_mkdir_all(const char *path, unsigned mode, struct err *err)
{
    char part[PATH_MAX];
    size_t len_bytes = strlen(path);
    if (len_bytes == 0 || len_bytes >= sizeof part)
        return err_set(err, ERR_LIMIT, "make folder: path of %zu bytes", len_bytes);
    memcpy(part, path, len_bytes + 1);
    for (size_t i = 1; i <= len_bytes; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
            return err_set(err, ERR_IO, "make folder %s", part);
        part[i] = path[i];
    }
    struct stat st;
    if (stat(path, &st) != 0)
        return err_set(err, ERR_IO, "make folder %s", path);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_CONFLICT, "make folder %s: a file of that name stands there", path);
    return ERR_NONE;
}

enum err_code file_temp_folder(struct str prefix, struct arena *arena, const char **ret_path, struct err *err)
{
    if (!path_is_safe(prefix))
        return err_set(err, ERR_DENIED, "unsafe name for a temporary folder");
    const char *root = getenv("TMPDIR");
    struct str made = arena_printf(arena, "%s/%.*s.XXXXXX", root && root[0] == '/' ? root : "/tmp", STR_ARG(prefix));
    if (str_is_null(made))
        return arena_full(arena, err);
    char *path = (char *)(uintptr_t)made.ptr; /* ours since a moment ago: mkdtemp writes the X */
    if (!mkdtemp(path))
        return err_set(err, ERR_IO, "make temporary folder %s", path);
    *ret_path = path;
    return ERR_NONE;
}

enum err_code file_temp_fd(struct str content, int *ret_fd, struct err *err)
{
    AUTO_FD fd = memfd_create("luytre", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_IO, "make a file in memory");
    TRY(file_write_fd(fd, "a file in memory", content, err));
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_IO, "rewind a file in memory");
    *ret_fd = TAKE_FD(fd);
    return ERR_NONE;
}

bool path_is_safe(struct str path)
{
    if (str_is_empty(path) || path.len_bytes > 4096 || path.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < path.len_bytes; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c < 0x20 || c == 0x7F || c == '\\' || c == ':')
            return false;
    }
    struct str rest = path, part;
    while (str_split(&rest, '/', &part)) {
        if (str_is_empty(part) || part.len_bytes > NAME_MAX || str_equal(part, STR(".")) || str_equal(part, STR("..")))
            return false;
    }
    return true;
}

enum err_code path_join(struct str dir, struct str name, struct arena *arena, const char **ret_path, struct err *err)
{
    if (!path_is_safe(name))
        return err_set(err, ERR_DENIED, "a name of %zu bytes could lead out of its folder", name.len_bytes);
    bool has_slash = dir.len_bytes > 0 && dir.ptr[dir.len_bytes - 1] == '/';
    struct str path = arena_printf(arena, "%.*s%s%.*s", STR_ARG(dir), has_slash ? "" : "/", STR_ARG(name));
    if (str_is_null(path))
        return arena_full(arena, err);
    *ret_path = path.ptr;
    return ERR_NONE;
}

struct str path_base_name(struct str path)
{
    for (size_t i = path.len_bytes; i > 0; i--)
        if (path.ptr[i - 1] == '/')
            return str_slice(path, i, path.len_bytes);
    return path;
}

struct str path_extension(struct str path)
{
    struct str base = path_base_name(path);
    for (size_t i = base.len_bytes; i > 1; i--)
        if (base.ptr[i - 1] == '.')
            return str_slice(base, i, base.len_bytes);
    return STR("");
}

/* For kernels without openat2: folder by folder, and a link anywhere is refused. */
static int open_walking(int folder_fd, char *path, int flags, unsigned mode)
{
    AUTO_FD at = -1;
    char *part = path;
    for (char *slash; (slash = strchr(part, '/')); part = slash + 1) {
        *slash = '\0';
        int next = openat(at >= 0 ? at : folder_fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0) {
            struct stat st;
            int why = errno;
            bool is_link =
                fstatat(at >= 0 ? at : folder_fd, part, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
            errno = is_link ? ELOOP : why;
        }
        *slash = '/';
        if (next < 0)
            return -1;
        fd_cleanup(&at);
        at = next;
    }
    return openat(at >= 0 ? at : folder_fd, part, flags | O_NOFOLLOW | O_CLOEXEC, mode);
}

enum err_code file_open_beneath(int folder_fd, struct str name, int flags, unsigned mode, int *ret_fd, struct err *err)
{
    if (!path_is_safe(name))
        return err_set(err, ERR_DENIED, "a name of %zu bytes could lead out of its folder", name.len_bytes);
    char path[4097];
    memcpy(path, name.ptr, name.len_bytes);
    path[name.len_bytes] = '\0';
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
    if (fd < 0 && errno == ENOSYS)
        fd = open_walking(folder_fd, path, flags, (unsigned)how.mode);
    if (fd < 0 && (errno == EXDEV || errno == ELOOP))
        return err_set(err, ERR_DENIED, "%s leads out of its folder", path);
    if (fd < 0)
        return open_failed(path, err);
    *ret_fd = (int)fd;
    return ERR_NONE;
}

struct dirent_head { /* struct linux_dirent64, whose name follows */
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
};

void file_close_from(int first)
{
    if (close_range((unsigned)first, ~0u, 0) == 0)
        return;
    int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (list < 0) {
        struct rlimit limit = {0};
        if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 1u << 20)
            limit.rlim_cur = 1u << 20;
        for (int fd = first; fd < (int)limit.rlim_cur; fd++)
            (void)close(fd);
        return;
    }
    _Alignas(uint64_t) char room[4096];
    bool was_closed = true;
    while (was_closed) { /* from the start again after closing some: the list changes under us */
        was_closed = false;
        long n;
        if (lseek(list, 0, SEEK_SET) != 0)
            break;
        while ((n = syscall(SYS_getdents64, list, room, sizeof room)) > 0)
            for (long at = 0; at < n;) {
                struct dirent_head head;
                memcpy(&head, room + at, sizeof head);
                const char *name = room + at + offsetof(struct dirent_head, type) + 1;
                int fd = 0;
                for (; *name >= '0' && *name <= '9'; name++)
                    fd = fd * 10 + (*name - '0');
                if (!*name && fd >= first && fd != list)
                    was_closed = close(fd) == 0 || was_closed;
                at += head.length;
            }
    }
    (void)close(list);
}
