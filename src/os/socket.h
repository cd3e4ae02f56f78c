/* socket.h - pairs, listeners, loopback, and which addresses are the outside.
 * Uses: base, os/file.    Used by: os/channel, web, cmd (monitor, fetch).
 * Memory: none kept.    Threads: no shared state. */
#ifndef LUYTRE_OS_SOCKET_H
#define LUYTRE_OS_SOCKET_H

#include "base/arena.h"

NONNULL_BEGIN

struct sockaddr;

/* A connected pair of stream sockets, close-on-exec. */
MUST_USE enum err_code socket_pair(int *ret_a, int *ret_b, struct err *err);

struct socket_address {
    _Alignas(16) uint8_t bytes[128]; /* struct sockaddr_storage */
    unsigned size_bytes;
};
/* "127.0.0.1:8080", "[::1]:8080", or "unix:/run/luytre.sock"; numbers only, no names are resolved. */
MUST_USE enum err_code socket_address_parse(struct str text, struct socket_address *ret_address, struct err *err);
struct str socket_address_print(const struct sockaddr *address, struct arena *arena); /* without the port */
/* Loopback address or Unix socket. */
bool socket_address_is_local(const struct socket_address *address);
/* True only for an address that is routed on the internet (RFC 6890): not loopback, private, link-local, CGNAT,
 * multicast, documentation, benchmarking, reserved, unspecified; an IPv4 address inside an IPv6 one (mapped,
 * compatible, 6to4, NAT64) is judged as that IPv4 address. */
bool socket_address_is_public(const struct sockaddr *address);

/* A listener, non-blocking, close-on-exec. A Unix socket replaces a stale one of its name and gets `mode`. The port
 * that was taken comes back in *ret_port (0 for Unix). */
MUST_USE enum err_code socket_listen(const struct socket_address *address, unsigned mode, int *ret_fd,
                                     uint16_t *ret_port, struct err *err);
MUST_USE enum err_code socket_connect(const struct socket_address *address, int timeout_ms, int *ret_fd,
                                      struct err *err);

NONNULL_END
#endif
