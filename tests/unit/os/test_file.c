#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"

static struct arena arena;
static const char *dir; /* of the running test */
static struct err err;

static int dir_make(void **state)
{
    arena_init(&arena, 8u << 20);
    return file_temp_folder(STR("luytre-test"), &arena, &dir, &err) == ERR_NONE ? 0 : -1;
}

static int dir_drop(void **state)
{
    enum err_code code = file_remove_all(dir, &err);
    bool is_gone = !file_exists(dir);
    arena_done(&arena);
    return code == ERR_NONE && is_gone ? 0 : -1;
}

static const char *in_dir(const char *name)
{
    const char *path = NULL;
    assert_ok(path_join(str_from_cstr(dir), str_from_cstr(name), &arena, &path, &err));
    return path;
}

static void what_is_written_is_read(void **state)
{
    struct str big = {arena_alloc(&arena, 100000, 1), 100000}, got;
    const struct str cases[] = {STR(""), STR("x"), STR("a\0b"), big};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_ok(file_write_atomic(in_dir("f"), cases[i], 0640, &err));
        assert_ok(file_read(in_dir("f"), 100000, &arena, &got, &err));
        assert_str(got, cases[i]);
    }
    struct stat st;
    assert_int_equal(stat(in_dir("f"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void an_atomic_write_leaves_no_other_file(void **state)
{
    struct file_list list;
    assert_ok(file_write_atomic(in_dir("f"), STR("1"), 0600, &err));
    assert_ok(file_write_atomic(in_dir("f"), STR("2"), 0600, &err));
    assert_err(file_write_atomic(in_dir("none/f"), STR("3"), 0600, &err), ERR_IO);
    assert_ok(file_list_folder(dir, 10, &arena, &list, &err));
    assert_int_equal(list.count, 1);
}

static void a_file_over_the_ceiling_is_refused(void **state)
{
    struct str got = STR("untouched");
    assert_ok(file_write_atomic(in_dir("f"), STR("12345"), 0600, &err));
    assert_err(file_read(in_dir("f"), 4, &arena, &got, &err), ERR_LIMIT);
    assert_ok(file_read(in_dir("f"), 5, &arena, &got, &err));
    assert_str(got, STR("12345"));
}

static void a_pipe_over_the_ceiling_is_refused(void **state)
{
    int ends[2];
    struct str got;
    char many[40000];
    memset(many, 'x', sizeof many);
    assert_int_equal(pipe(ends), 0);
    AUTO_FD in = ends[0];
    assert_int_equal(write(ends[1], many, sizeof many), sizeof many);
    close(ends[1]);
    assert_err(file_read_fd(in, "pipe", sizeof many - 1, &arena, &got, &err), ERR_LIMIT);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    int ends[2];
    struct str got;
    char many[40000];
    memset(many, 'x', sizeof many);
    assert_int_equal(pipe(ends), 0);
    AUTO_FD in = ends[0];
    assert_int_equal(write(ends[1], many, sizeof many), sizeof many);
    close(ends[1]);
    assert_ok(file_read_fd(in, "pipe", sizeof many, &arena, &got, &err));
    assert_str(got, ((struct str){many, sizeof many}));
}

static void a_missing_file_is_not_found(void **state)
{
    struct str got;
    struct file_map map;
    struct file_entry entry;
    assert_err(file_read(in_dir("none"), 10, &arena, &got, &err), ERR_NOT_FOUND);
    assert_err(file_map_open(in_dir("none"), 10, &map, &err), ERR_NOT_FOUND);
    assert_err(file_stat(in_dir("none"), &entry, &err), ERR_NOT_FOUND);
    assert_ok(file_remove(in_dir("none"), &err));
    assert_ok(file_remove_all(in_dir("none"), &err));
}

static void a_folder_is_no_file(void **state)
{
    struct str got;
    struct file_map map;
    assert_err(file_read(dir, 10, &arena, &got, &err), ERR_IO);
    assert_err(file_map_open(dir, 10, &map, &err), ERR_UNSUPPORTED);
}

static void a_map_shows_the_file(void **state)
{
    struct file_map map;
    assert_ok(file_write_atomic(in_dir("f"), STR("mapped"), 0600, &err));
    assert_ok(file_map_open(in_dir("f"), 100, &map, &err));
    assert_str(map.bytes, STR("mapped"));
    file_map_close(&map);
    file_map_close(&map);
    assert_ok(file_write_atomic(in_dir("f"), STR(""), 0600, &err));
    assert_ok(file_map_open(in_dir("f"), 100, &map, &err));
    assert_str(map.bytes, STR(""));
    file_map_close(&map);
}

static void a_list_is_sorted_and_does_not_follow_links(void **state)
{
    struct file_list list;
    assert_ok(file_write_atomic(in_dir("b"), STR("22"), 0600, &err));
    assert_ok(file_mkdir_all(in_dir("c/d"), 0700, &err));
    assert_int_equal(symlink("/etc/passwd", in_dir("a")), 0);
    assert_ok(file_list_folder(dir, 3, &arena, &list, &err));
    assert_int_equal(list.count, 3);
    assert_str(list.items[0].name, STR("a"));
    assert_int_equal(list.items[0].kind, FILE_LINK);
    assert_int_equal(list.items[1].kind, FILE_REGULAR);
    assert_int_equal(list.items[1].size_bytes, 2);
    assert_int_equal(list.items[2].kind, FILE_FOLDER);
    assert_err(file_list_folder(dir, 2, &arena, &list, &err), ERR_LIMIT);
}

static void removing_all_does_not_follow_links(void **state)
{
    assert_ok(file_mkdir_all(in_dir("keep"), 0700, &err));
    assert_ok(file_write_atomic(in_dir("keep/f"), STR("x"), 0600, &err));
    assert_ok(file_mkdir_all(in_dir("drop/deep/er"), 0700, &err));
    assert_int_equal(symlink(in_dir("keep"), in_dir("drop/deep/link")), 0);
    assert_ok(file_remove_all(in_dir("drop"), &err));
    assert_false(file_exists(in_dir("drop")));
    assert_true(file_exists(in_dir("keep/f")));
}

static void a_file_in_the_way_of_a_folder_is_told(void **state)
{
    assert_ok(file_write_atomic(in_dir("f"), STR("x"), 0600, &err));
    assert_err(file_mkdir_all(in_dir("f"), 0700, &err), ERR_CONFLICT);
    assert_ok(file_mkdir_all(in_dir("g"), 0700, &err));
    assert_ok(file_mkdir_all(in_dir("g"), 0700, &err));
}

static void paths_that_lead_out_are_not_safe(void **state)
{
    char long_part[300];
    memset(long_part, 'x', sizeof long_part);
    const struct {
        struct str path;
        bool is_safe;
    } cases[] = {
        {STR("a"), true},         {STR("a/b.pdf"), true},    {STR("c\xC3\xB4ng v\xC4\x83n.pdf"), true},
        {STR(".hidden"), true},   {STR("a..b"), true},       {STR("..."), true},
        {STR(""), false},         {STR("/a"), false},        {STR("../a"), false},
        {STR("a/../b"), false},   {STR("a/.."), false},      {STR("."), false},
        {STR("a//b"), false},     {STR("a/"), false},        {STR("a\0b"), false},
        {STR("a\nb"), false},     {STR("a\\..\\b"), false},  {STR("c:a"), false},
        {{long_part, 255}, true}, {{long_part, 256}, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (path_is_safe(cases[i].path) != cases[i].is_safe)
            fail_msg("\"%.*s\" (case %zu)", STR_ARG(cases[i].path), i);
}

static void a_join_refuses_an_unsafe_name(void **state)
{
    const char *path = "untouched";
    assert_err(path_join(STR("/srv"), STR("../etc/passwd"), &arena, &path, &err), ERR_DENIED);
    assert_string_equal(path, "untouched");
    assert_ok(path_join(STR("/srv/"), STR("a"), &arena, &path, &err));
    assert_string_equal(path, "/srv/a");
}

static void opening_beneath_does_not_follow_a_link_out(void **state)
{
    assert_int_equal(symlink("/etc", in_dir("out")), 0);
    assert_ok(file_write_atomic(in_dir("f"), STR("x"), 0600, &err));
    AUTO_FD folder = open(dir, O_RDONLY | O_DIRECTORY);
    AUTO_FD fd = -1;
    assert_err(file_open_beneath(folder, STR("out/passwd"), O_RDONLY, 0, &fd, &err), ERR_DENIED);
    assert_err(file_open_beneath(folder, STR("../x"), O_RDONLY, 0, &fd, &err), ERR_DENIED);
    assert_ok(file_open_beneath(folder, STR("f"), O_RDONLY, 0, &fd, &err));
}

/* What an older kernel or a container answers. */
static void without_calls(const char *names)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    struct str rest = str_from_cstr(names), name;
    while (str_split(&rest, ' ', &name))
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name(arena_cstr(&arena, name)),
                             0) != 0)
            _exit(90);
    if (seccomp_load(filter) != 0)
        _exit(91);
    seccomp_release(filter);
}
static int in_child(int (*run)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(run());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int beneath_by_hand(void)
{
    without_calls("openat2");
    AUTO_FD folder = open(dir, O_RDONLY | O_DIRECTORY);
    AUTO_FD fd = -1;
    if (file_open_beneath(folder, STR("out/passwd"), O_RDONLY, 0, &fd, &err) != ERR_DENIED)
        return 1;
    if (file_open_beneath(folder, STR("out"), O_RDONLY, 0, &fd, &err) != ERR_DENIED)
        return 2;
    if (file_open_beneath(folder, STR("down/nothing"), O_RDONLY, 0, &fd, &err) != ERR_NOT_FOUND)
        return 3;
    if (file_open_beneath(folder, STR("../x"), O_RDONLY, 0, &fd, &err) != ERR_DENIED)
        return 4;
    if (file_open_beneath(folder, STR("down/f"), O_RDWR | O_CREAT, 0600, &fd, &err) != ERR_NONE)
        return 5;
    return fd >= 0 ? 0 : 6;
}
static void opening_beneath_without_the_kernels_help(void **state)
{
    assert_int_equal(symlink("/etc", in_dir("out")), 0);
    assert_int_equal(mkdir(in_dir("down"), 0700), 0);
    assert_int_equal(in_child(beneath_by_hand), 0);
}

static int close_without(const char *NULLABLE names)
{
    struct rlimit limit = {1024, 1024};
    int last = 0;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 92;
    for (int i = 0; i < 200; i++)
        last = open("/dev/null", O_RDONLY);
    if (last < 200)
        return 93;
    if (names)
        without_calls(names);
    file_close_from(last - 150);
    for (int fd = last - 199; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0 && fd >= last - 150)
            return 1; /* left open */
    return fcntl(last - 151, F_GETFD) >= 0 ? 0 : 2;
}
static int close_with_the_call(void)
{
    return close_without(NULL);
}
static int close_by_list(void)
{
    return close_without("close_range");
}
static int close_by_number(void)
{
    return close_without("close_range open openat");
}
static void every_descriptor_is_closed(void **state)
{
    assert_int_equal(in_child(close_with_the_call), 0);
    assert_int_equal(in_child(close_by_list), 0);
    assert_int_equal(in_child(close_by_number), 0);
}

static void extensions_and_base_names(void **state)
{
    static const struct {
        struct str path, base, extension;
    } cases[] = {{STR_INIT("a/b.PDF"), STR_INIT("b.PDF"), STR_INIT("PDF")},
                 {STR_INIT("b"), STR_INIT("b"), STR_INIT("")},
                 {STR_INIT("x.d/b"), STR_INIT("b"), STR_INIT("")},
                 {STR_INIT(".rc"), STR_INIT(".rc"), STR_INIT("")},
                 {STR_INIT("a.tar.gz"), STR_INIT("a.tar.gz"), STR_INIT("gz")}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_str(path_base_name(cases[i].path), cases[i].base);
        assert_str(path_extension(cases[i].path), cases[i].extension);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, dir_make, dir_drop)
    const struct CMUnitTest tests[] = {
        T(what_is_written_is_read),
        T(an_atomic_write_leaves_no_other_file),
        T(a_file_over_the_ceiling_is_refused),
        T(a_pipe_over_the_ceiling_is_refused),
        T(a_pipe_is_read_to_its_end),
        T(a_missing_file_is_not_found),
        T(a_folder_is_no_file),
        T(a_map_shows_the_file),
        T(a_list_is_sorted_and_does_not_follow_links),
        T(removing_all_does_not_follow_links),
        T(a_file_in_the_way_of_a_folder_is_told),
        T(paths_that_lead_out_are_not_safe),
        T(a_join_refuses_an_unsafe_name),
        T(opening_beneath_does_not_follow_a_link_out),
        T(opening_beneath_without_the_kernels_help),
        T(every_descriptor_is_closed),
        T(extensions_and_base_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
