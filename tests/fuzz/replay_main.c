/* replay_main.c - runs a fuzzer's function over every file of its corpus folder: the normal form of a fuzz target.
 * With --cuts also over every prefix of each small file. Usage: replay_x [--cuts] FOLDER... */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (8u << 20)
#define CUTS_MAX_BYTES 600u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* An exact copy each time, so that a sanitizer sees one byte too many. */
static void run(const unsigned char *bytes, size_t size)
{
    unsigned char *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int replay(const char *path, int cuts)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return 1;
    }
    unsigned char *bytes = malloc(FILE_MAX_BYTES);
    size_t size = bytes ? fread(bytes, 1, FILE_MAX_BYTES, f) : 0;
    fclose(f);
    run(bytes, size);
    for (size_t n = 0; cuts && size <= CUTS_MAX_BYTES && n < size; n++)
        run(bytes, n);
    free(bytes);
    return bytes == NULL;
}

int main(int argc, char **argv)
{
    int cuts = 0, failed = 0;
    size_t files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--cuts") == 0) {
            cuts = 1;
            continue;
        }
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            fprintf(stderr, "%s\n", path); /* the last line names the culprit */
            failed |= replay(path, cuts);
            files++;
        }
        closedir(folder);
    }
    printf("%zu inputs replayed\n", files);
    return files == 0 ? 1 : failed;
}
