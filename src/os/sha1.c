#include "os/sha1.h"

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

void sha1_begin(struct sha1 *sha1)
{
    *sha1 = (struct sha1){.h = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}};
}

static void block_add(struct sha1 *sha1)
{
    uint32_t w[80];
    for (size_t t = 0; t < 16; t++) {
        const uint8_t *p = sha1->block + 4 * t;
        w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (size_t t = 16; t < 80; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    uint32_t a = sha1->h[0], b = sha1->h[1], c = sha1->h[2], d = sha1->h[3], e = sha1->h[4];
    for (size_t t = 0; t < 80; t++) {
        uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5A827999
                     : t < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                     : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                              : (b ^ c ^ d) + 0xCA62C1D6;
        uint32_t next = rotate(a, 5) + f + e + w[t];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    sha1->h[0] += a;
    sha1->h[1] += b;
    sha1->h[2] += c;
    sha1->h[3] += d;
    sha1->h[4] += e;
}

void sha1_add(struct sha1 *sha1, struct str bytes)
{
    for (size_t i = 0; i < bytes.len_bytes; i++) {
        sha1->block[sha1->total_bytes++ % 64] = (uint8_t)bytes.ptr[i];
        if (sha1->total_bytes % 64 == 0)
            block_add(sha1);
    }
}

void sha1_end(struct sha1 *sha1, uint8_t ret_hash[20])
{
    uint64_t total_bits = sha1->total_bytes * 8;
    sha1_add(sha1, STR("\x80"));
    while (sha1->total_bytes % 64 != 56)
        sha1_add(sha1, STR("\0"));
    char length[8];
    for (size_t i = 0; i < 8; i++)
        length[i] = (char)(total_bits >> (56 - 8 * i));
    sha1_add(sha1, (struct str){length, sizeof length});
    for (size_t i = 0; i < 20; i++)
        ret_hash[i] = (uint8_t)(sha1->h[i / 4] >> (24 - 8 * (i % 4)));
}
