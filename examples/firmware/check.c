#include "check.h"

#include "host.h"

static int failures;

void check(bool held, const char *what)
{
    host_print(held ? "ok      " : "FAILED  ");
    host_print(what);
    host_print("\n");
    failures += !held;
}

void print_value(const char *what, uint32_t value)
{
    host_print("        ");
    host_print(what);
    host_print(": ");
    host_print_number(value);
    host_print("\n");
}

void check_at_most(uint32_t bound, uint32_t value, const char *what)
{
    host_print(value <= bound ? "ok      " : "FAILED  ");
    host_print(what);
    host_print(": ");
    host_print_number(value);
    host_print(" of at most ");
    host_print_number(bound);
    host_print("\n");
    failures += value > bound;
}

void print_fault(const migcore_error *fault)
{
    static char text[200];

    migcore_error_text(fault, text, sizeof text);
    host_print("        ");
    host_print(text);
    host_print("\n        path: ");
    host_print(fault->path);
    host_print("\n");
    print_value("offset", (uint32_t)fault->offset);
}

int failed_checks(void)
{
    return failures;
}
