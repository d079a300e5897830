/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/glib.h - the names of GLib that sources with tables use, where there is no GLib. Included by
 * migcore_qemu/osdep.h. With MIGCORE_QEMU_GLIB they are GLib's own.
 */
#ifndef MIGCORE_QEMU_GLIB_H
#define MIGCORE_QEMU_GLIB_H

#ifndef MIGCORE_QEMU_GLIB

typedef int gint;
typedef unsigned int guint;
typedef gint gboolean;
typedef void *gpointer;
typedef const void *gconstpointer;
typedef size_t gsize;

#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

#define GPOINTER_TO_UINT(pointer) ((guint)(uintptr_t)(pointer))
#define GUINT_TO_POINTER(number) ((gpointer)(uintptr_t)(guint)(number))
#define GPOINTER_TO_INT(pointer) ((gint)(intptr_t)(pointer))
#define GINT_TO_POINTER(number) ((gpointer)(intptr_t)(gint)(number))

#define g_assert(condition) assert(condition)
#define g_assert_cmpint(a, compare, b) assert((a) compare (b))

/* -- Memory: no memory ends the program, as in GLib ---------------------------------------------------------------- */

static inline gpointer g_malloc0(gsize bytes)
{
    gpointer memory = bytes != 0 ? migcore_qemu_priv_malloc(bytes) : NULL;

    if (memory == NULL && bytes != 0) {
        abort();
    }
    return memory;
}

static inline gpointer g_malloc(gsize bytes)
{
    return g_malloc0(bytes);
}

static inline void g_free(gpointer memory)
{
    if (memory != NULL) {
        migcore_qemu_priv_free(memory);
    }
}

#define g_new0(type, count) ((type *)g_malloc0(sizeof(type) * (gsize)(count)))
#define g_new(type, count) g_new0(type, count)

static inline void migcore_qemu_priv_autofree(void *place)
{
    g_free(*(void **)place);
}

#define g_autofree __attribute__((cleanup(migcore_qemu_priv_autofree)))

/* A text as printf() makes it. */
MIGCORE_QEMU_PRINTF(1, 2)
static inline char *g_strdup_printf(const char *format, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = (char *)g_malloc0((gsize)(length < 0 ? 0 : length) + 1);
    va_start(arguments, format);
    (void)vsnprintf(text, (gsize)(length < 0 ? 0 : length) + 1, format, arguments);
    va_end(arguments);
    return text;
}

/* -- Trees --------------------------------------------------------------------------------------------------------- */

typedef migcore_qemu_tree GTree;
typedef migcore_qemu_compare *GCompareDataFunc;
typedef migcore_qemu_destroy *GDestroyNotify;
typedef migcore_qemu_traverse *GTraverseFunc;

static inline GTree *g_tree_new_full(GCompareDataFunc compare, gpointer data, GDestroyNotify destroy_key,
                                     GDestroyNotify destroy_value)
{
    GTree *tree = migcore_qemu_tree_new_full(compare, data, destroy_key, destroy_value);

    if (tree == NULL) {
        abort();
    }
    return tree;
}

static inline void g_tree_insert(GTree *tree, gpointer key, gpointer value)
{
    if (!migcore_qemu_tree_insert(tree, key, value)) {
        abort();
    }
}

#define g_tree_remove(tree, key) migcore_qemu_tree_remove((tree), (key))
#define g_tree_lookup(tree, key) migcore_qemu_tree_lookup((tree), (key))
#define g_tree_foreach(tree, visit, data) migcore_qemu_tree_foreach((tree), (visit), (data))
#define g_tree_nnodes(tree) migcore_qemu_tree_nnodes(tree)
#define g_tree_ref(tree) migcore_qemu_tree_ref(tree)
#define g_tree_unref(tree) migcore_qemu_tree_unref(tree)
#define g_tree_destroy(tree) migcore_qemu_tree_destroy(tree)

#endif

#endif /* MIGCORE_QEMU_GLIB_H */
