#include "os/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "os/file.h"

_Static_assert(sizeof(struct sockaddr_storage) <= sizeof((struct socket_address){0}.bytes), "room for any address");

enum err_code socket_pair(int *ret_a, int *ret_b, struct err *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return err_set(err, ERR_IO, "make a socket pair");
    *ret_a = ends[0];
    *ret_b = ends[1];
    return ERR_NONE;
}

enum err_code socket_address_parse(struct str text, struct socket_address *ret_address, struct err *err)
{
    struct socket_address out = {0};
    if (str_starts_with(text, STR("unix:"))) {
        struct str path = str_slice(text, 5, text.len_bytes);
        struct sockaddr_un un = {.sun_family = AF_UNIX};
        if (str_is_empty(path) || path.len_bytes >= sizeof un.sun_path || str_find_byte(path, '\0', 0) >= 0)
            return err_set(err, ERR_SYNTAX, "a socket path has 1 to %zu bytes", sizeof un.sun_path - 1);
        memcpy(un.sun_path, path.ptr, path.len_bytes);
        memcpy(out.bytes, &un, sizeof un);
        out.size_bytes = sizeof un;
        *ret_address = out;
        return ERR_NONE;
    }
    ptrdiff_t colon = -1;
    for (ptrdiff_t at = str_find_byte(text, ':', 0); at >= 0; at = str_find_byte(text, ':', (size_t)at + 1))
        colon = at;
    uint64_t port;
    char host[INET6_ADDRSTRLEN] = "";
    if (colon <= 0 || !str_to_u64(str_slice(text, (size_t)colon + 1, text.len_bytes), &port) || port > 65535)
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is not ADDRESS:PORT", STR_ARG(text));
    struct str name = str_slice(text, 0, (size_t)colon);
    bool is_bracketed = name.len_bytes > 2 && name.ptr[0] == '[' && name.ptr[name.len_bytes - 1] == ']';
    if (is_bracketed)
        name = str_slice(name, 1, name.len_bytes - 1);
    if (name.len_bytes >= sizeof host)
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is not ADDRESS:PORT", STR_ARG(text));
    memcpy(host, name.ptr, name.len_bytes);
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    if (!is_bracketed && inet_pton(AF_INET, host, &in4.sin_addr) == 1) {
        memcpy(out.bytes, &in4, sizeof in4);
        out.size_bytes = sizeof in4;
    } else if (is_bracketed && inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
        memcpy(out.bytes, &in6, sizeof in6);
        out.size_bytes = sizeof in6;
    } else {
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is not ADDRESS:PORT (numbers; IPv6 in brackets)", STR_ARG(text));
    }
    *ret_address = out;
    return ERR_NONE;
}

struct str socket_address_print(const struct sockaddr *address, struct arena *arena)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof text);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text, sizeof text);
    else if (address->sa_family == AF_UNIX)
        return arena_str(arena, STR("unix"));
    return arena_str(arena, str_from_cstr(text));
}

struct range4 {
    uint32_t net;
    int prefix_bits;
};

/* RFC 6890 and the IANA special-purpose registry: what is not "globally reachable". */
static bool is_public4(uint32_t ip)
{
    static const struct range4 ranges[] = {
        {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
        {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
        {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if ((ip ^ ranges[i].net) >> (32 - ranges[i].prefix_bits) == 0)
            return false;
    return true;
}

static uint32_t ip4_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool has_prefix(const uint8_t a[16], const char *hex_bytes, size_t n_bytes)
{
    return memcmp(a, hex_bytes, n_bytes) == 0;
}

static bool is_public6(const uint8_t a[16])
{
    static const char zero[12] = {0};
    if (has_prefix(a, zero, 10) && a[10] == 0xFF && a[11] == 0xFF) /* ::ffff:a.b.c.d */
        return is_public4(ip4_at(a + 12));
    if (has_prefix(a, zero, 12)) /* ::a.b.c.d, :: and ::1 */
        return ip4_at(a + 12) > 1 && is_public4(ip4_at(a + 12));
    if (has_prefix(a, "\x20\x02", 2)) /* 6to4 */
        return is_public4(ip4_at(a + 2));
    if (has_prefix(a, "\x00\x64\xff\x9b\0\0\0\0\0\0\0\0", 12)) /* NAT64 */
        return is_public4(ip4_at(a + 12));
    if ((a[0] & 0xE0) != 0x20) /* outside 2000::/3: local, site, unique local, multicast, unassigned */
        return false;
    if (has_prefix(a, "\x20\x01", 2) && (a[2] & 0xFE) == 0) /* 2001::/23: Teredo, ORCHID, benchmarking */
        return false;
    if (has_prefix(a, "\x20\x01\x0d\xb8", 4) || (has_prefix(a, "\x3f\xff", 2) && (a[2] & 0xF0) == 0)) /* examples */
        return false;
    return true;
}

bool socket_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in4;
        memcpy(&in4, address, sizeof in4);
        return is_public4(ntohl(in4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return is_public6(in6.sin6_addr.s6_addr);
    }
    return false;
}

bool socket_address_is_local(const struct socket_address *address)
{
    struct sockaddr_storage ss;
    memcpy(&ss, address->bytes, sizeof ss);
    if (ss.ss_family == AF_UNIX)
        return true;
    if (ss.ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)&ss)->sin_addr.s_addr) >> 24 == 127;
    if (ss.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)&ss)->sin6_addr) != 0;
    return false;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage ss = {0};
    socklen_t size = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)&ss, &size) != 0)
        return 0;
    if (ss.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)(const void *)&ss)->sin_port);
    if (ss.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)&ss)->sin6_port);
    return 0;
}

enum err_code socket_listen(const struct socket_address *address, unsigned mode, int *ret_fd, uint16_t *ret_port,
                            struct err *err)
{
    const struct sockaddr *sa = (const struct sockaddr *)(const void *)address->bytes;
    AUTO_FD fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set(err, ERR_IO, "make a socket");
    const char *path = sa->sa_family == AF_UNIX ? ((const struct sockaddr_un *)(const void *)sa)->sun_path : NULL;
    if (path) {
        struct stat st;
        if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && unlink(path) != 0)
            return err_set(err, ERR_IO, "remove the old socket %s", path);
    } else {
        int on = 1;
        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
            return err_set(err, ERR_IO, "set a socket to reuse its address");
    }
    if (bind(fd, sa, address->size_bytes) != 0)
        return errno == EADDRINUSE
                   ? err_set(err, ERR_CONFLICT, "another program listens on this address already: choose another")
                   : err_set(err, ERR_IO, "take the address to listen on");
    if (path && chmod(path, (mode_t)mode) != 0)
        return err_set(err, ERR_IO, "set mode of %s", path);
    if (listen(fd, 511) != 0)
        return err_set(err, ERR_IO, "listen");
    *ret_port = port_of(fd);
    *ret_fd = TAKE_FD(fd);
    return ERR_NONE;
}

enum err_code socket_connect(const struct socket_address *address, int timeout_ms, int *ret_fd, struct err *err)
{
    const struct sockaddr *sa = (const struct sockaddr *)(const void *)address->bytes;
    AUTO_FD fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set(err, ERR_IO, "make a socket");
    if (connect(fd, sa, address->size_bytes) != 0 && errno != EINPROGRESS)
        return err_set(err, ERR_IO, "connect");
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int n = poll(&wait, 1, timeout_ms);
    if (n == 0)
        return err_set(err, ERR_BUSY, "connect: no answer in %d ms", timeout_ms);
    int failed = 0;
    socklen_t size = sizeof failed;
    if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
        return err_set(err, ERR_IO, "connect");
    if (failed != 0) {
        errno = failed;
        return err_set(err, ERR_IO, "connect");
    }
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
        return err_set(err, ERR_IO, "make the socket blocking");
    *ret_fd = TAKE_FD(fd);
    return ERR_NONE;
}
