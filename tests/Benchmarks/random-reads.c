/* A client of NBD that reads 4 KiB at random places of an export, 16 requests at a time on one connection:
 *   random-reads URI COUNT [MEBIBYTES]
 * reads anywhere in the first MEBIBYTES (default: all of the export) and prints the seconds it took. The places are the
 * same in each run.
 */
#include <libnbd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define IN_FLIGHT 16
#define BLOCK 4096

static uint64_t state = 20261122;
static int in_flight;

static uint64_t next_random(void) /* xorshift64 */
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

static void fail(void)
{
    fprintf(stderr, "random-reads: %s\n", nbd_get_error());
    exit(1);
}

static int done(void *unused, int *error)
{
    if (*error) {
        fprintf(stderr, "random-reads: a read failed: %d\n", *error);
        exit(1);
    }
    in_flight--;
    return 1;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static char buffers[IN_FLIGHT][BLOCK];
    if (argc < 3) {
        fprintf(stderr, "usage: random-reads URI COUNT [MEBIBYTES]\n");
        return 2;
    }
    struct nbd_handle *nbd = nbd_create();
    if (!nbd || nbd_connect_uri(nbd, argv[1]) == -1)
        fail();
    int64_t size = argc > 3 ? atoll(argv[3]) << 20 : nbd_get_size(nbd), count = atoll(argv[2]);
    double begin = now();
    for (int64_t sent = 0; sent < count || in_flight > 0;) {
        for (; in_flight < IN_FLIGHT && sent < count; sent++, in_flight++) {
            uint64_t offset = next_random() % (size / BLOCK) * BLOCK;
            if (nbd_aio_pread(nbd, buffers[sent % IN_FLIGHT], BLOCK, offset,
                              (nbd_completion_callback){ .callback = done }, 0) == -1)
                fail();
        }
        if (nbd_poll(nbd, -1) == -1)
            fail();
    }
    printf("%.3f\n", now() - begin);
    nbd_close(nbd);
    return 0;
}
