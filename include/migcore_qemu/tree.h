/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/tree.h - a sorted tree for tables with VMSTATE_GTREE_V. Included by migcore_qemu.h.
 *
 * With MIGCORE_QEMU_GLIB it is GLib's GTree. Without, it is the small one below, which migcore_qemu/glib.h gives GLib's
 * names: a balanced tree (AA), one allocation per node. Walking and changing are recursive, as deep as the tree: at most 64
 * for 2^32 nodes.
 */
#ifndef MIGCORE_QEMU_TREE_H
#define MIGCORE_QEMU_TREE_H

/* -- Memory, also of what a load allocates ------------------------------------------------------------------------- */

/* Whoever defines MIGCORE_QEMU_MALLOC(bytes) defines MIGCORE_QEMU_FREE(memory) too, unless it is for free(). */
static inline void *migcore_qemu_priv_malloc(size_t bytes)
{
#if defined(MIGCORE_QEMU_MALLOC)
    void *memory = MIGCORE_QEMU_MALLOC(bytes);
#elif defined(MIGCORE_QEMU_GLIB)
    void *memory = g_try_malloc(bytes);
#else
    void *memory = malloc(bytes);
#endif

    return memory != NULL ? memset(memory, 0, bytes) : NULL;
}

static inline void migcore_qemu_priv_free(void *memory)
{
#if defined(MIGCORE_QEMU_FREE)
    MIGCORE_QEMU_FREE(memory);
#elif defined(MIGCORE_QEMU_GLIB) && !defined(MIGCORE_QEMU_MALLOC)
    g_free(memory);
#else
    free(memory);
#endif
}

#ifdef MIGCORE_QEMU_GLIB
typedef GTree migcore_qemu_tree;
#define migcore_qemu_tree_insert g_tree_insert
#define migcore_qemu_tree_foreach g_tree_foreach
#define migcore_qemu_tree_nnodes g_tree_nnodes
#else

/* -- A tree of our own --------------------------------------------------------------------------------------------- */

typedef int migcore_qemu_compare(const void *a, const void *b, void *data);
typedef void migcore_qemu_destroy(void *data);
typedef int migcore_qemu_traverse(void *key, void *value, void *data);

typedef struct migcore_qemu_node migcore_qemu_node;
struct migcore_qemu_node {
    migcore_qemu_node *left, *right; /* NULL: none, which is level 0 */
    unsigned level;
    void *key, *value;
};

typedef struct migcore_qemu_tree {
    migcore_qemu_node *root;
    migcore_qemu_compare *compare;
    void *data;
    migcore_qemu_destroy *destroy_key, *destroy_value;
    int nodes;
    int references;
} migcore_qemu_tree;

/* NULL: no memory. */
static inline migcore_qemu_tree *migcore_qemu_tree_new_full(migcore_qemu_compare *compare, void *data,
                                                            migcore_qemu_destroy *destroy_key,
                                                            migcore_qemu_destroy *destroy_value)
{
    migcore_qemu_tree *tree = (migcore_qemu_tree *)migcore_qemu_priv_malloc(sizeof *tree);

    if (tree != NULL) {
        tree->compare = compare;
        tree->data = data;
        tree->destroy_key = destroy_key;
        tree->destroy_value = destroy_value;
        tree->references = 1;
    }
    return tree;
}

static inline int migcore_qemu_tree_nnodes(migcore_qemu_tree *tree)
{
    return tree->nodes;
}

static inline void migcore_qemu_priv_drop(migcore_qemu_tree *tree, void *key, void *value)
{
    if (tree->destroy_key != NULL) {
        tree->destroy_key(key);
    }
    if (tree->destroy_value != NULL) {
        tree->destroy_value(value);
    }
}

/* A left child of the same level becomes the parent. */
static inline migcore_qemu_node *migcore_qemu_priv_skew(migcore_qemu_node *node)
{
    migcore_qemu_node *left = node->left;

    if (left == NULL || left->level != node->level) {
        return node;
    }
    node->left = left->right;
    left->right = node;
    return left;
}

/* Of three nodes of one level in a row the middle one rises. */
static inline migcore_qemu_node *migcore_qemu_priv_split(migcore_qemu_node *node)
{
    migcore_qemu_node *right = node->right;

    if (right == NULL || right->right == NULL || right->right->level != node->level) {
        return node;
    }
    node->right = right->left;
    right->left = node;
    right->level++;
    return right;
}

/* `fresh` takes its place, or its value goes to the node that has the key, and `*fresh` stays for the caller to free. */
static inline migcore_qemu_node *migcore_qemu_priv_add_node(migcore_qemu_tree *tree, migcore_qemu_node *node,
                                                            migcore_qemu_node **fresh)
{
    int order;

    if (node == NULL) {
        node = *fresh;
        *fresh = NULL;
        return node;
    }
    order = tree->compare((*fresh)->key, node->key, tree->data);
    if (order == 0) {
        if (tree->destroy_value != NULL) {
            tree->destroy_value(node->value);
        }
        if (tree->destroy_key != NULL) {
            tree->destroy_key((*fresh)->key);
        }
        node->value = (*fresh)->value;
        return node;
    }
    if (order < 0) {
        node->left = migcore_qemu_priv_add_node(tree, node->left, fresh);
    } else {
        node->right = migcore_qemu_priv_add_node(tree, node->right, fresh);
    }
    return migcore_qemu_priv_split(migcore_qemu_priv_skew(node));
}

/* Takes over key and value. A key that is there keeps its place and gets the value. False: no memory, nothing is taken. */
static inline bool migcore_qemu_tree_insert(migcore_qemu_tree *tree, void *key, void *value)
{
    migcore_qemu_node *fresh = (migcore_qemu_node *)migcore_qemu_priv_malloc(sizeof *fresh);

    if (fresh == NULL) {
        return false;
    }
    fresh->level = 1;
    fresh->key = key;
    fresh->value = value;
    tree->nodes++;
    tree->root = migcore_qemu_priv_add_node(tree, tree->root, &fresh);
    if (fresh != NULL) {
        tree->nodes--;
        migcore_qemu_priv_free(fresh);
    }
    return true;
}

/* The value of a key, or NULL. */
static inline void *migcore_qemu_tree_lookup(migcore_qemu_tree *tree, const void *key)
{
    migcore_qemu_node *node = tree->root;

    while (node != NULL) {
        int order = tree->compare(key, node->key, tree->data);

        if (order == 0) {
            return node->value;
        }
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

/* Puts a node whose children may have lost a level in order again. */
static inline migcore_qemu_node *migcore_qemu_priv_settle(migcore_qemu_node *node)
{
    unsigned left = node->left != NULL ? node->left->level : 0;
    unsigned right = node->right != NULL ? node->right->level : 0;
    unsigned level = (left < right ? left : right) + 1;

    if (level < node->level) {
        node->level = level;
        if (node->right != NULL && node->right->level > level) {
            node->right->level = level;
        }
    }
    node = migcore_qemu_priv_skew(node);
    if (node->right != NULL) {
        node->right = migcore_qemu_priv_skew(node->right);
        if (node->right->right != NULL) {
            node->right->right = migcore_qemu_priv_skew(node->right->right);
        }
    }
    node = migcore_qemu_priv_split(node);
    if (node->right != NULL) {
        node->right = migcore_qemu_priv_split(node->right);
    }
    return node;
}

/* Takes the first node out, into `*taken`. */
static inline migcore_qemu_node *migcore_qemu_priv_take_first(migcore_qemu_node *node, migcore_qemu_node **taken)
{
    if (node->left == NULL) {
        *taken = node;
        return node->right;
    }
    node->left = migcore_qemu_priv_take_first(node->left, taken);
    return migcore_qemu_priv_settle(node);
}

static inline migcore_qemu_node *migcore_qemu_priv_take(migcore_qemu_tree *tree, migcore_qemu_node *node, const void *key,
                                                        migcore_qemu_node **taken)
{
    migcore_qemu_node *next;
    int order;

    if (node == NULL) {
        return NULL;
    }
    order = tree->compare(key, node->key, tree->data);
    if (order < 0) {
        node->left = migcore_qemu_priv_take(tree, node->left, key, taken);
    } else if (order > 0) {
        node->right = migcore_qemu_priv_take(tree, node->right, key, taken);
    } else {
        *taken = node;
        if (node->right == NULL) {
            return node->left;
        }
        node->right = migcore_qemu_priv_take_first(node->right, &next);
        next->left = node->left;
        next->right = node->right;
        next->level = node->level;
        node = next;
    }
    return migcore_qemu_priv_settle(node);
}

/* False if there is no such key. */
static inline bool migcore_qemu_tree_remove(migcore_qemu_tree *tree, const void *key)
{
    migcore_qemu_node *taken = NULL;

    tree->root = migcore_qemu_priv_take(tree, tree->root, key, &taken);
    if (taken == NULL) {
        return false;
    }
    tree->nodes--;
    migcore_qemu_priv_drop(tree, taken->key, taken->value);
    migcore_qemu_priv_free(taken);
    return true;
}

static inline int migcore_qemu_priv_each(migcore_qemu_node *node, migcore_qemu_traverse *visit, void *data)
{
    while (node != NULL) {
        if (migcore_qemu_priv_each(node->left, visit, data) || visit(node->key, node->value, data)) {
            return 1;
        }
        node = node->right;
    }
    return 0;
}

/* In the order of the keys, until `visit` returns other than 0. */
static inline void migcore_qemu_tree_foreach(migcore_qemu_tree *tree, migcore_qemu_traverse *visit, void *data)
{
    (void)migcore_qemu_priv_each(tree->root, visit, data);
}

static inline migcore_qemu_tree *migcore_qemu_tree_ref(migcore_qemu_tree *tree)
{
    tree->references++;
    return tree;
}

static inline void migcore_qemu_priv_drop_all(migcore_qemu_tree *tree, migcore_qemu_node *node)
{
    while (node != NULL) {
        migcore_qemu_node *next = node->right;

        migcore_qemu_priv_drop_all(tree, node->left);
        migcore_qemu_priv_drop(tree, node->key, node->value);
        migcore_qemu_priv_free(node);
        node = next;
    }
}

/* The last one who had it empties and frees it. */
static inline void migcore_qemu_tree_unref(migcore_qemu_tree *tree)
{
    if (--tree->references == 0) {
        migcore_qemu_priv_drop_all(tree, tree->root);
        migcore_qemu_priv_free(tree);
    }
}

/* Empties it at once, and gives up one reference. */
static inline void migcore_qemu_tree_destroy(migcore_qemu_tree *tree)
{
    migcore_qemu_node *root = tree->root;

    tree->root = NULL;
    tree->nodes = 0;
    migcore_qemu_priv_drop_all(tree, root);
    migcore_qemu_tree_unref(tree);
}

#endif

/* -- What the library asks of a tree ------------------------------------------------------------------------------- */

typedef struct migcore_qemu_priv_visit {
    bool (*visit)(void *data, void *key, void *value);
    void *data;
} migcore_qemu_priv_visit;

/* Trees stop at other than 0, the library at false. */
static inline int migcore_qemu_priv_visit_node(void *key, void *value, void *data)
{
    migcore_qemu_priv_visit *each = (migcore_qemu_priv_visit *)data;

    return !each->visit(each->data, key, value);
}

static inline size_t migcore_qemu_priv_tree_count(void *opaque, void *tree)
{
    (void)opaque;
    return (size_t)migcore_qemu_tree_nnodes((migcore_qemu_tree *)tree);
}

static inline void migcore_qemu_priv_tree_each(void *opaque, void *tree, bool (*visit)(void *data, void *key, void *value),
                                               void *data)
{
    migcore_qemu_priv_visit each = { visit, data };

    (void)opaque;
    migcore_qemu_tree_foreach((migcore_qemu_tree *)tree, migcore_qemu_priv_visit_node, &each);
}

static inline int migcore_qemu_priv_tree_insert(void *opaque, void *tree, void *key, void *value)
{
    (void)opaque;
#ifdef MIGCORE_QEMU_GLIB
    migcore_qemu_tree_insert((migcore_qemu_tree *)tree, key, value);
    return 0;
#else
    return migcore_qemu_tree_insert((migcore_qemu_tree *)tree, key, value) ? 0 : -ENOMEM;
#endif
}

#endif /* MIGCORE_QEMU_TREE_H */
