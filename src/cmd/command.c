#include "cmd/cmd.h"

const struct command *NULLABLE command_find(struct str name)
{
    for (size_t i = 0; i < command_count; i++)
        if (str_equal(name, str_from_cstr(command_table[i].name)))
            return &command_table[i];
    return NULL;
}
