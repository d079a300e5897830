/* The command line. */
#include "migrate.h"
#include "snapshot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
    fputs("usage: vmm run [--disk FILE] [--input TEXT] [--save FILE --at N] GUEST\n"
          "       vmm run [--disk FILE] [--input TEXT] --migrate SOCKET --at N [--patience MS] [--capture FILE]\n"
          "               [--unknown-chunk] [--lossless] GUEST\n"
          "       vmm restore FILE [--without DEVICE], and to save or migrate it as above\n"
          "       vmm receive SOCKET [--disk FILE] [--patience MS] [--without DEVICE], and to save or migrate it as above\n"
          "N counts thousands of instructions, from where the machine starts in this process; MS, 5000 if not told,\n"
          "is how many milliseconds a machine that moves may stand still.\n", stderr);
    return 2;
}

/* Takes the arguments behind the command; false: they cannot be. */
static bool parse(int count, char **arguments, struct options *options)
{
    const char *at = "0", *patience = "5000";
    const struct {
        const char *name, **value;
    } table[] = {
        {"--disk", &options->disk}, {"--input", &options->input}, {"--without", &options->without},
        {"--save", &options->save}, {"--migrate", &options->migrate}, {"--capture", &options->capture}, {"--at", &at},
        {"--patience", &patience},
    };
    size_t entries = sizeof table / sizeof table[0], entry;

    for (int i = 0; i < count; i++) {
        for (entry = 0; entry < entries && strcmp(arguments[i], table[entry].name) != 0; entry++) {
        }
        if (entry < entries && ++i < count)
            *table[entry].value = arguments[i];
        else if (entry == entries && strcmp(arguments[i], "--unknown-chunk") == 0)
            options->unknown_chunk = true;
        else if (entry == entries && strcmp(arguments[i], "--lossless") == 0)
            options->lossless = true;
        else if (entry == entries && arguments[i][0] != '-' && options->subject == NULL)
            options->subject = arguments[i];
        else
            return false;
    }
    options->at = strtoull(at, NULL, 10) * 1000;
    options->patience = (unsigned)strtoul(patience, NULL, 10);
    return options->subject != NULL && (options->at > 0) == (options->save != NULL || options->migrate != NULL);
}

/* Runs a machine that has been started: to its end, or until it is saved or moved. Returns the exit code. */
static int run(struct machine *m, const struct options *options)
{
    enum handover handover;
    int code;

    if (options->at > 0 && machine_run(m, options->at) == MACHINE_RUNS) {
        if (options->save != NULL)
            return snapshot_save(m, options->save) ? 0 : 1;
        handover = migrate_to(m, options);
        if (handover != HANDOVER_NONE)
            return handover == HANDOVER_DONE ? 0 : 3;
    } else if (options->at > 0) {
        fprintf(stderr, "vmm: the guest has ended before that\n");
    }
    code = machine_run_to_end(m);
#if RELEASE >= 2
    fprintf(stderr, "vmm: bytes that the serial line has sent: %llu\n", (unsigned long long)m->uart.sent);
#endif
    return code;
}

int main(int count, char **arguments)
{
    static struct machine machine;
    struct options options = {0};
    bool ready;
    int code = 1;

    if (count < 3 || !parse(count - 2, arguments + 2, &options))
        return usage();
    ready = machine_init(&machine, &options);
    if (strcmp(arguments[1], "run") == 0)
        ready = ready && machine_load_guest(&machine, options.subject) && machine_start(&machine);
    else if (strcmp(arguments[1], "restore") == 0)
        ready = ready && snapshot_load(&machine, options.subject) && machine_start(&machine);
    else if (strcmp(arguments[1], "receive") == 0)
        ready = ready && receive_from(&machine, &options);
    else
        return usage();
    if (ready)
        code = run(&machine, &options);
    machine_free(&machine);
    return code;
}
