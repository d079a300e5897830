/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Tells, by doing it, how one device is converted step by step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ports.h"
#include "printer.h"
#include "wire.h"

#define BYTES 1024

static const char *const stage_text[STAGES] = {
    "as found: qemu_put_* and qemu_get_*",
    "four registers are visits",
    "all are visits, save and load apart",
    "one function for save and load",
    "that function speaks migcore.h alone",
};

static const NicPort *const ports[] = { &own_port, &host_port };

void convert_print(const char *text)
{
    fputs(text, stdout);
}

static NicState machine(int64_t now)
{
    NicState s = { .save_version = NIC_VERSION, .now = now };

    nic_reset(&s);
    return s;
}

static NicState busy_card(void)
{
    NicState s = machine(77);

    nic_make_busy(&s);
    return s;
}

__attribute__((noreturn))
static void fail(const char *what)
{
    printf("    that failed: %s\n", what);
    exit(1);
}

static void print_hex(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        printf("%s%02x%s", i % 16 == 0 ? "    " : " ", bytes[i], i % 16 == 15 || i + 1 == length ? "\n" : "");
    }
}

static void show_the_bytes(uint8_t *bytes, size_t *length)
{
    NicState s = busy_card();
    int64_t written = host_port.save(0, &s, bytes, BYTES);

    if (written < 0) {
        fail("saving with stage 0");
    }
    *length = (size_t)written;
    printf("1. A network card in the middle of its work, saved by its old code (stage0.c) through the QEMUFile of a host\n"
           "   program: %zu bytes, in which nothing has a name. None of them passed through migcore.\n\n", *length);
    print_hex(bytes, *length);
}

static void compare_writers(const uint8_t *bytes, size_t length)
{
    printf("\n2. The same card saved by each stage of its conversion, over the host's QEMUFile and over migcore's:\n\n");
    for (unsigned stage = 0; stage < STAGES; stage++) {
        printf("    stage %u  %-38s", stage, stage_text[stage]);
        for (unsigned i = 0; i < 2; i++) {
            NicState s = busy_card();
            uint8_t again[BYTES];
            int64_t written = ports[i]->save(stage, &s, again, sizeof again);

            if (written != (int64_t)length || memcmp(again, bytes, length) != 0) {
                fail("the bytes differ");
            }
            printf("  same bytes");
        }
        printf("\n");
    }
}

static bool loads(const NicPort *port, unsigned stage, const uint8_t *bytes, size_t length)
{
    NicState s = machine(1000000), sent = busy_card();
    size_t used;

    return port->load(stage, &s, NIC_VERSION, bytes, length, &used) == 0 && used == length && nic_equal(&s, &sent);
}

static void compare_readers(void)
{
    printf("\n3. Every writer with every reader (rows write, columns read; h: over the host's QEMUFile, m: over\n"
           "   migcore's). Each cell is one save and one load into a card after reset, compared field by field:\n\n"
           "          ");
    for (unsigned reader = 0; reader < 2 * STAGES; reader++) {
        printf("  %u%c", reader % STAGES, reader < STAGES ? 'h' : 'm');
    }
    for (unsigned writer = 0; writer < 2 * STAGES; writer++) {
        NicState s = busy_card();
        uint8_t bytes[BYTES];
        int64_t written = ports[writer < STAGES]->save(writer % STAGES, &s, bytes, sizeof bytes);

        printf("\n        %u%c", writer % STAGES, writer < STAGES ? 'h' : 'm');
        for (unsigned reader = 0; reader < 2 * STAGES; reader++) {
            if (written < 0 || !loads(ports[reader < STAGES], reader % STAGES, bytes, (size_t)written)) {
                fail("a load");
            }
            printf("  ok");
        }
    }
    printf("\n");
}

static Printer show(unsigned stage, bool quiet)
{
    NicState s = busy_card();
    Printer printer = { .quiet = quiet };
    migcore_observer observer;

    if (migcore_observer_init(&observer, sizeof observer, printer_observe, &printer) != MIGCORE_OK
        || stage_show(stage, &s, &observer.visitor) != MIGCORE_OK) {
        fail("showing a state");
    }
    printer_end(&printer);
    return printer;
}

static void show_what_has_a_name(void)
{
    printf("\n4. What a visitor that looks on is told. The wire stays the same; what is known about it grows:\n\n");
    for (unsigned stage = 0; stage < STAGES; stage++) {
        Printer seen = show(stage, true);

        printf("    stage %u  %2u items by name and type, %3zu bytes without\n", stage, seen.named_items,
               seen.unnamed_bytes);
    }
    printf("\n   Half converted, at stage 1, the state looks like this:\n\n");
    show(1, false);
}

/* The other process: this program again, with one end of the socket as its standard input. It sends back what it has. */
static int receive(void)
{
    NicState s = machine(5000000);
    Printer printer = { .quiet = false };
    migcore_observer observer;
    int error = stage_receive(4, &s, STDIN_FILENO);

    if (error != 0) {
        printf("    process %ld: the load failed with %d\n", (long)getpid(), error);
        return 1;
    }
    printf("    process %ld: loaded with stage 4; the interrupt line is %s\n\n", (long)getpid(),
           s.irq_line ? "up" : "down");
    migcore_observer_init(&observer, sizeof observer, printer_observe, &printer);
    if (stage_show(4, &s, &observer.visitor) != MIGCORE_OK) {
        return 1;
    }
    return stage_send(4, &s, STDIN_FILENO) != 0;
}

static void run_receiver(const char *program, int ends[2])
{
    dup2(ends[1], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    execlp(program, program, "receive", (char *)NULL);
    _exit(127);
}

static void move_to_another_process(const char *program)
{
    NicState sent = busy_card(), back = machine(9000000);
    int ends[2], status;
    pid_t child = -1;

    printf("\n5. Old program, new program: this process saves with stage 0 into a socket; another one, which was\n"
           "   started for it and knows only what comes through the socket, loads with stage 4 and prints the card by\n"
           "   name:\n\n");
    printf("    process %ld: saves with stage 0\n", (long)getpid());
    fflush(stdout);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || (child = fork()) < 0) {
        fail("a socket and a process");
    }
    if (child == 0) {
        run_receiver(program, ends);
    }
    close(ends[1]);
    if (stage_send(0, &sent, ends[0]) != 0 || stage_receive(0, &back, ends[0]) != 0) {
        fail("there and back");
    }
    close(ends[0]);
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail("the other process");
    }
    if (!nic_equal(&sent, &back)) {
        fail("the card that came back is another one");
    }
    printf("\n    process %ld: what the other one saved with stage 4, and stage 0 here loaded, is the same card\n",
           (long)getpid());
}

int main(int argc, char **argv)
{
    uint8_t bytes[BYTES];
    size_t length;

    if (argc == 2 && strcmp(argv[1], "receive") == 0) {
        return receive();
    }
    show_the_bytes(bytes, &length);
    compare_writers(bytes, length);
    compare_readers();
    show_what_has_a_name();
    move_to_another_process(argv[0]);
    printf("\nThe guide to doing this with your devices is docs/porting.md.\n");
    return 0;
}
