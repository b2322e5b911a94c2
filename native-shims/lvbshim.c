/* What P/Invoke cannot express well; README.md says why each function is here.
 * All of them return -1 with errno set on failure, like the calls they wrap. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define LVB_EXPORT __attribute__((visibility("default")))

_Static_assert(sizeof(off_t) == 8, "file offsets are 64 bits");

LVB_EXPORT int lvb_open_directory(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

LVB_EXPORT int lvb_open_readable(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

LVB_EXPORT int lvb_open_lock(const char *path, uint32_t mode)
{
    /* A link planted at the lock's path must not make us create a file elsewhere. */
    return open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
}

LVB_EXPORT int lvb_open_device(const char *path)
{
    /* O_EXCL without O_CREAT: a device that is mounted, or part of another one, is refused with EBUSY. */
    return open(path, O_RDWR | O_EXCL | O_CLOEXEC);
}

LVB_EXPORT int lvb_is_signal_ignored(int signal)
{
    struct sigaction action;

    if (sigaction(signal, NULL, &action) == -1)
        return -1;
    return action.sa_handler == SIG_IGN;
}

LVB_EXPORT int lvb_set_direct(int fd, int on)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags == -1)
        return -1;
    return fcntl(fd, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT);
}

LVB_EXPORT int lvb_is_same_file(int fd, const char *path)
{
    struct stat open_file, named_file;

    if (fstat(fd, &open_file) == -1)
        return -1;
    if (lstat(path, &named_file) == -1)
        return errno == ENOENT ? 0 : -1;
    return open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

LVB_EXPORT int lvb_has_lock(int fd, int64_t start, int64_t length)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = length };

    /* Asks only; nothing is locked, not even for a moment. */
    if (fcntl(fd, F_OFD_GETLK, &lock) == -1)
        return -1;
    return lock.l_type != F_UNLCK;
}

LVB_EXPORT int64_t lvb_block_device_size(int fd)
{
    struct stat st;
    uint64_t size = 0;

    if (fstat(fd, &st) == -1)
        return -1;
    if (!S_ISBLK(st.st_mode)) {
        errno = ENOTBLK;
        return -1;
    }
    if (ioctl(fd, BLKGETSIZE64, &size) == -1)
        return -1;
    return (int64_t)size;
}

LVB_EXPORT int lvb_terminal_columns(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == -1 ? 0 : size.ws_col;
}

LVB_EXPORT int lvb_file_access(const char *path, uint32_t access[3])
{
    struct stat st;

    if (stat(path, &st) == -1)
        return -1;
    access[0] = st.st_uid;
    access[1] = st.st_gid;
    access[2] = st.st_mode & 07777;
    return 0;
}

LVB_EXPORT int lvb_file_identity(const char *path, uint64_t identity[2])
{
    struct statx st;

    if (statx(AT_FDCWD, path, 0, STATX_TYPE | STATX_INO | STATX_BTIME, &st) == -1)
        return -1;
    if (!S_ISREG(st.stx_mode))
        return 0;
    identity[0] = st.stx_ino;
    identity[1] = st.stx_mask & STATX_BTIME
        ? (uint64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec
        : 0;
    return 1;
}
