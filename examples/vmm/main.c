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
          "               [--unknown-chunk] GUEST\n"
          "       vmm restore FILE [--disk FILE] [--save FILE --at N] [--without DEVICE]\n"
          "       vmm receive SOCKET [--disk FILE] [--patience MS] [--without DEVICE]\n"
          "N counts thousands of instructions, from where the machine starts in this process; MS, 5000 if not told,\n"
          "is how many milliseconds a machine that moves may stand still.\n", stderr);
    return 2;
}

/* Takes the arguments behind the command; false: they cannot be. */
static bool parse(int count, char **arguments, struct options *options)
{
    for (int i = 0; i < count; i++) {
        const char *name = arguments[i], **text = NULL, *at = NULL, *patience = NULL;

        if (strcmp(name, "--disk") == 0)
            text = &options->disk;
        else if (strcmp(name, "--input") == 0)
            text = &options->input;
        else if (strcmp(name, "--save") == 0)
            text = &options->save;
        else if (strcmp(name, "--migrate") == 0)
            text = &options->migrate;
        else if (strcmp(name, "--capture") == 0)
            text = &options->capture;
        else if (strcmp(name, "--without") == 0)
            text = &options->without;
        else if (strcmp(name, "--at") == 0)
            text = &at;
        else if (strcmp(name, "--patience") == 0)
            text = &patience;
        else if (strcmp(name, "--unknown-chunk") == 0)
            options->unknown_chunk = true;
        else if (name[0] != '-' && options->subject == NULL)
            options->subject = name;
        else
            return false;
        if (text != NULL && ++i == count)
            return false;
        if (text != NULL)
            *text = arguments[i];
        if (at != NULL)
            options->at = strtoull(at, NULL, 10) * 1000;
        if (patience != NULL)
            options->patience = (unsigned)strtoul(patience, NULL, 10);
    }
    return options->subject != NULL && (options->at > 0) == (options->save != NULL || options->migrate != NULL);
}

/* Runs a machine that is ready: to its end, or until it is saved or moved. Returns the exit code. */
static int run(struct machine *m, const struct options *options)
{
    if (!machine_start(m))
        return 1;
    if (options->at > 0 && machine_run(m, options->at) == MACHINE_RUNS) {
        if (options->save != NULL)
            return snapshot_save(m, options->save) ? 0 : 1;
        switch (migrate_to(m, options)) {
        case HANDOVER_NONE:
            break;
        case HANDOVER_DONE:
            return 0;
        case HANDOVER_UNKNOWN:
            return 3;
        }
    }
    return machine_run_to_end(m);
}

int main(int count, char **arguments)
{
    static struct machine machine;
    struct options options = {.patience = 5000};
    bool restores = count > 1 && strcmp(arguments[1], "restore") == 0;
    bool ready;
    int code = 1;

    if (count < 3 || !parse(count - 2, arguments + 2, &options))
        return usage();
    if (strcmp(arguments[1], "receive") == 0)
        return receive_from(&options);
    if (!restores && strcmp(arguments[1], "run") != 0)
        return usage();

    ready = machine_init(&machine, &options) &&
            (restores ? snapshot_load(&machine, options.subject) : machine_load_guest(&machine, options.subject));
    if (ready)
        code = run(&machine, &options);
    machine_free(&machine);
    return code;
}
