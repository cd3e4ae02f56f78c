#include "work/registers.h"

#include "asset/device_table.h"

size_t register_count(void)
{
    return import_register_count + 1;
}

const struct import_register *register_at(size_t i)
{
    return i < import_register_count ? &import_registers[i] : &device_register_table;
}

const struct import_register *register_find(struct str id)
{
    for (size_t i = 0; i < register_count(); i++)
        if (str_equal(id, str_from_cstr(register_at(i)->id)))
            return register_at(i);
    return NULL;
}
