/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "printer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PER_LINE 8

static unsigned kind_bytes(migcore_kind kind)
{
    switch (kind) {
    case MIGCORE_KIND_U16:
    case MIGCORE_KIND_I16:
        return 2;
    case MIGCORE_KIND_U32:
    case MIGCORE_KIND_I32:
    case MIGCORE_KIND_F32:
        return 4;
    case MIGCORE_KIND_U64:
    case MIGCORE_KIND_I64:
    case MIGCORE_KIND_F64:
        return 8;
    default:
        return 1;
    }
}

static bool is_signed(migcore_kind kind)
{
    return kind >= MIGCORE_KIND_I8 && kind <= MIGCORE_KIND_I64;
}

static void print_value(migcore_kind kind, uint64_t bits)
{
    unsigned width = 8 * kind_bytes(kind);

    if (kind == MIGCORE_KIND_BOOL) {
        printf(" %s", bits ? "true" : "false");
    } else if (is_signed(kind)) {
        uint64_t sign = UINT64_C(1) << (width - 1);

        printf(" %" PRId64, (int64_t)((bits ^ sign) - sign));
    } else {
        printf(" 0x%0*" PRIx64, (int)(width / 4), bits);
    }
}

/* One element of an array, which is in the byte order of this machine. */
static uint64_t element_bits(const migcore_item *item, size_t index)
{
    const char *at = (const char *)item->data + index * kind_bytes(item->kind);
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (kind_bytes(item->kind)) {
    case 2:
        memcpy(&two, at, 2);
        return two;
    case 4:
        memcpy(&four, at, 4);
        return four;
    case 8:
        memcpy(&eight, at, 8);
        return eight;
    default:
        return (uint8_t)*at;
    }
}

static void print_indent(const Printer *printer)
{
    printf("    %*s", (int)(2 * printer->depth), "");
}

static void print_array(const Printer *printer, const migcore_item *item)
{
    for (size_t i = 0; i < item->count; i++) {
        if (i > 0 && i % 4 == 0) {
            printf("\n");
            print_indent(printer);
            printf("%-22s", "");
        }
        print_value(item->kind, element_bits(item, i));
    }
}

static void print_bytes(const Printer *printer, const migcore_item *item)
{
    const uint8_t *bytes = item->data;

    if (item->variable) {
        printf(" %zu bytes:", item->length);
    }
    for (size_t i = 0; i < item->length; i++) {
        if (item->length > PER_LINE && i % (2 * PER_LINE) == 0) {
            printf("\n");
            print_indent(printer);
            printf("   ");
        }
        printf(" %02x", bytes[i]);
    }
}

static void print_named(Printer *printer, const migcore_item *item)
{
    print_indent(printer);
    printf("%-22.*s", (int)item->name_length, item->name_length > 0 ? item->name : "");
    switch (item->item_type) {
    case MIGCORE_ITEM_ARRAY:
        print_array(printer, item);
        break;
    case MIGCORE_ITEM_BYTES:
        print_bytes(printer, item);
        break;
    case MIGCORE_ITEM_STRING:
        printf(" \"%.*s\"", (int)item->length, (const char *)item->data);
        break;
    case MIGCORE_ITEM_ABSENT:
        printf(" absent");
        break;
    default:
        print_value(item->kind, item->bits);
    }
    printf("\n");
}

static void print_begin(const Printer *printer, const migcore_item *item)
{
    print_indent(printer);
    switch (item->item_type) {
    case MIGCORE_ITEM_BEGIN_DEVICE:
        printf("%.*s/%u, version %u\n", (int)item->name_length, item->name, item->instance, item->version);
        break;
    case MIGCORE_ITEM_BEGIN_ELEMENT:
        printf("[%zu]\n", printer->elements[printer->depth]);
        break;
    case MIGCORE_ITEM_BEGIN_OPTIONAL:
        printf("%.*s, which is %s\n", (int)item->name_length, item->name_length > 0 ? item->name : "",
               item->bits ? "there" : "not there");
        break;
    case MIGCORE_ITEM_BEGIN_SUBSECTION:
        printf("%.*s, version %u, a subsection\n", (int)item->name_length, item->name, item->version);
        break;
    default:
        printf("%.*s\n", (int)item->name_length, item->name_length > 0 ? item->name : "");
    }
}

static void begin(Printer *printer, const migcore_item *item)
{
    if (!printer->quiet) {
        print_begin(printer, item);
    }
    if (item->item_type == MIGCORE_ITEM_BEGIN_ELEMENT) {
        printer->elements[printer->depth]++;
    }
    if (printer->depth + 1 < PRINTER_DEPTH) {
        printer->depth++;
    }
    printer->elements[printer->depth] = 0;
}

void printer_end(Printer *printer)
{
    if (printer->raw_bytes > 0 && !printer->quiet) {
        print_indent(printer);
        printf("... %zu bytes that have no name yet\n", printer->raw_bytes);
    }
    printer->raw_bytes = 0;
}

/* Puts come one by one; what they put is one run of bytes until something with a name follows. */
static void raw(Printer *printer, const migcore_item *item)
{
    printer->raw_bytes += item->length;
    printer->unnamed_bytes += item->length;
}

migcore_status printer_observe(void *opaque, const migcore_item *item)
{
    Printer *printer = opaque;

    if (item->item_type == MIGCORE_ITEM_RAW) {
        raw(printer, item);
        return MIGCORE_OK;
    }
    printer_end(printer);
    switch (item->item_type) {
    case MIGCORE_ITEM_BEGIN_DEVICE:
    case MIGCORE_ITEM_BEGIN_STRUCT:
    case MIGCORE_ITEM_BEGIN_LIST:
    case MIGCORE_ITEM_BEGIN_ELEMENT:
    case MIGCORE_ITEM_BEGIN_OPTIONAL:
    case MIGCORE_ITEM_BEGIN_SUBSECTION:
        begin(printer, item);
        return MIGCORE_OK;
    case MIGCORE_ITEM_END:
        printer->depth -= printer->depth > 0;
        return MIGCORE_OK;
    default:
        printer->named_items++;
        if (!printer->quiet) {
            print_named(printer, item);
        }
        return MIGCORE_OK;
    }
}
