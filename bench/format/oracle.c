/* oracle.c - jansson stands in a file of its own: its names collide with ours. */
#include <jansson.h>

int oracle_parse(const char *text, size_t len);

int oracle_parse(const char *text, size_t len)
{
    json_error_t error;
    json_t *root = json_loadb(text, len, 0, &error);
    int ok = root != NULL;
    json_decref(root);
    return ok;
}
