/* An nbdkit plugin: a disk of which every 4 MiB begin with 64 KiB of data, each different, and the rest is a hole. With
 * 2 TiB that is 2^20 extents of which nothing is stored anywhere.
 */
#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>
#include <errno.h>
#include <string.h>

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL
#define STRIPE ((uint64_t)4 << 20)
#define DATA ((uint64_t)64 << 10)

static int64_t size;

static int config(const char *key, const char *value)
{
    if (strcmp(key, "size") != 0)
        return -1;
    size = nbdkit_parse_size(value);
    return size < 0 ? -1 : 0;
}

static void *open_(int readonly) { return NBDKIT_HANDLE_NOT_NEEDED; }
static int64_t get_size(void *handle) { return size; }
static int can_multi_conn(void *handle) { return 1; }

static int pread_(void *handle, void *buffer, uint32_t count, uint64_t offset, uint32_t flags)
{
    unsigned char *at = buffer;
    while (count > 0) {
        uint64_t number = offset / STRIPE + 1, within = offset % STRIPE;
        uint64_t limit = within < DATA ? DATA - within : STRIPE - within;
        uint32_t length = limit < count ? (uint32_t)limit : count;
        memset(at, 0, length);
        if (within < DATA)
            for (uint32_t i = (8 - within % 8) % 8; i + 8 <= length; i += 512)
                memcpy(at + i, &number, 8);
        at += length, offset += length, count -= length;
    }
    return 0;
}

/* There so that a domain can have it as an ordinary disk; nothing ever writes. */
static int pwrite_(void *handle, const void *buffer, uint32_t count, uint64_t offset, uint32_t flags)
{
    nbdkit_set_error(EROFS);
    return -1;
}

static int extents_(void *handle, uint32_t count, uint64_t offset, uint32_t flags, struct nbdkit_extents *list)
{
    uint64_t end = offset + count;
    while (offset < end) {
        uint64_t within = offset % STRIPE;
        uint64_t length = within < DATA ? DATA - within : STRIPE - within;
        uint32_t type = within < DATA ? 0 : NBDKIT_EXTENT_HOLE | NBDKIT_EXTENT_ZERO;
        if (nbdkit_add_extent(list, offset, length, type) == -1)
            return -1;
        offset += length;
    }
    return 0;
}

static struct nbdkit_plugin plugin = {
    .name = "extents",
    .config = config,
    .open = open_,
    .get_size = get_size,
    .can_multi_conn = can_multi_conn,
    .pread = pread_,
    .pwrite = pwrite_,
    .extents = extents_,
};

NBDKIT_REGISTER_PLUGIN(plugin)
