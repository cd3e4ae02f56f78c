#include "oracle_json.h"

#include <jansson.h>

enum oracle_answer oracle_json(const char *text, size_t len, char **ret_dump)
{
    json_error_t error;
    json_t *root = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!root) {
        enum json_error_code why = json_error_code(&error);
        return why == json_error_numeric_overflow || why == json_error_null_byte_in_key ? ORACLE_CANNOT
                                                                                        : ORACLE_REFUSES;
    }
    *ret_dump = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(root);
    return ORACLE_READS;
}
