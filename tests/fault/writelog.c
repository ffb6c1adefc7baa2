/*
 * Records what a process does to the files of one directory, in order, and can make the disk fail.
 *
 * Loaded with LD_PRELOAD by tests/src/powercut.rs. Environment:
 *   WRITELOG_DIR    the directory (canonical path)
 *   WRITELOG_OUT    the record, outside of it
 *   WRITELOG_FULL   "from:to": writes to the directory numbered from..to (0-based) fail with ENOSPC
 *   WRITELOG_FULL_WHILE  a path: while it exists, every write to the directory fails with ENOSPC
 *   WRITELOG_NOSYNC "from" or "from:to": syncs in the directory numbered from on, or from..to, fail with EIO;
 *                   so does, once, the next sync of that file through each other descriptor, as on Linux
 *   WRITELOG_NOSYNC_OF  a file of the directory: only its syncs are numbered
 *
 * A record is: op (1 byte), length of the name, offset, length of the data (8 bytes each, native order),
 * name, data. The name is relative to the directory; empty is the directory itself.
 *   W write   T truncate to offset   S sync (offset 1: of the data only)   F sync that failed
 *   U unlink   R rename (data: new name)   A line on standard output
 * A write is recorded before it happens, a sync after it succeeded: a cut between two records is a moment at
 * which power could have gone. Memory-mapped writes are not seen; SQLite maps only its -shm file, which a
 * restart does not need. One lock is held over each operation, so the order of the record is the true one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *dir;
static size_t dir_len;
static int out = -1;
static const char *full_while, *nosync_of;
static long full_from = -1, full_to = -1, nosync_from = -1, nosync_to = LONG_MAX;
static long writes, syncs;

/* Files whose sync has failed, how often, and of how many of these a descriptor was told. */
#define FAILED 8
#define DESCRIPTORS 4096
static struct {
  char name[64];
  long failures;
} failed[FAILED];
static long told[DESCRIPTORS];

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("WRITELOG_OUT");
  const char *full = getenv("WRITELOG_FULL");
  const char *nosync = getenv("WRITELOG_NOSYNC");
  nosync_of = getenv("WRITELOG_NOSYNC_OF");
  full_while = getenv("WRITELOG_FULL_WHILE");
  dir = getenv("WRITELOG_DIR");
  if (!dir || !path) return;
  dir_len = strlen(dir);
  if (full) sscanf(full, "%ld:%ld", &full_from, &full_to);
  if (nosync) sscanf(nosync, "%ld:%ld", &nosync_from, &nosync_to);
  FILE *file = fopen(path, "wb");
  if (!file) {
    perror("writelog: cannot create the record");
    _exit(99);
  }
  out = fileno(file);
}

/* The name of a path in the directory, or NULL if it lies elsewhere. */
static const char *in_dir(const char *path) {
  if (out < 0 || strncmp(path, dir, dir_len) != 0) return NULL;
  if (path[dir_len] == '\0') return path + dir_len;
  if (path[dir_len] != '/') return NULL;
  size_t len = strlen(path);
  if (len > 4 && strcmp(path + len - 4, "-shm") == 0) return NULL;
  return path + dir_len + 1;
}

static const char *name_of(int fd, char *buffer) {
  char link[64];
  if (out < 0 || fd == out) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t len = readlink(link, buffer, PATH_MAX);
  if (len <= 0) return NULL;
  buffer[len] = '\0';
  return in_dir(buffer);
}

static void put(const void *data, size_t len) {
  ssize_t (*real)(int, const void *, size_t) = REAL(ssize_t, write, int, const void *, size_t);
  const char *at = data;
  while (len > 0) {
    ssize_t n = real(out, at, len);
    if (n <= 0) {
      perror("writelog: cannot write the record");
      _exit(99);
    }
    at += n;
    len -= (size_t)n;
  }
}

static void record(char op, const char *name, uint64_t offset, const void *data, uint64_t len) {
  uint64_t head[3] = {strlen(name), offset, len};
  put(&op, 1);
  put(head, sizeof head);
  put(name, head[0]);
  put(data, len);
}

/* Called with the lock held, for a write to the directory. */
static int disk_is_full(void) {
  long n = writes++;
  if (full_while && access(full_while, F_OK) == 0) return 1;
  return n >= full_from && n < full_to;
}

static ssize_t write_at(int fd, const void *data, size_t len, off64_t offset, int seek) {
  char path[PATH_MAX + 1];
  ssize_t n;
  pthread_mutex_lock(&lock);
  const char *name = name_of(fd, path);
  if (name && disk_is_full()) {
    pthread_mutex_unlock(&lock);
    errno = ENOSPC;
    return -1;
  }
  if (name) {
    off64_t at = seek ? lseek64(fd, 0, SEEK_CUR) : offset;
    record('W', name, (uint64_t)at, data, len);
  } else if (fd == STDOUT_FILENO && out >= 0) {
    record('A', "", 0, data, len);
  }
  if (seek)
    n = REAL(ssize_t, write, int, const void *, size_t)(fd, data, len);
  else
    n = REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, data, len, offset);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return n;
}

ssize_t write(int fd, const void *data, size_t len) { return write_at(fd, data, len, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t len, off_t at) { return write_at(fd, data, len, at, 0); }
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at) { return write_at(fd, data, len, at, 0); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[PATH_MAX + 1];
  if (fd == STDOUT_FILENO || name_of(fd, path)) {
    /* a short count is allowed: the caller comes again with the rest */
    for (int i = 0; i < count; i++)
      if (parts[i].iov_len > 0) return write_at(fd, parts[i].iov_base, parts[i].iov_len, 0, 1);
    return 0;
  }
  return REAL(ssize_t, writev, int, const struct iovec *, int)(fd, parts, count);
}

static int truncate_to(int fd, off64_t len) {
  char path[PATH_MAX + 1];
  pthread_mutex_lock(&lock);
  const char *name = name_of(fd, path);
  if (name) record('T', name, (uint64_t)len, "", 0);
  int result = REAL(int, ftruncate64, int, off64_t)(fd, len);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int ftruncate(int fd, off_t len) { return truncate_to(fd, len); }
int ftruncate64(int fd, off64_t len) { return truncate_to(fd, len); }

static long *failures_of(const char *name) {
  for (int i = 0; i < FAILED; i++) {
    if (failed[i].name[0] == '\0') strncpy(failed[i].name, name, sizeof failed[i].name - 1);
    if (strcmp(failed[i].name, name) == 0) return &failed[i].failures;
  }
  fprintf(stderr, "writelog: syncs of too many files, or of one with a long name: %s\n", name);
  _exit(99);
}

/* Called with the lock held: whether a sync fails, because it is to or because another descriptor's has. */
static int sync_fails(const char *name, int fd) {
  if (nosync_from < 0 || name[0] == '\0' || fd >= DESCRIPTORS) return 0;
  long n = nosync_of && strcmp(name, nosync_of) != 0 ? -1 : syncs++, *failures = failures_of(name);
  if (n >= nosync_from && n < nosync_to) ++*failures;
  else if (told[fd] == *failures) return 0;
  told[fd] = *failures;
  return 1;
}

static int sync_with(int (*real)(int), int fd, uint64_t data_only) {
  char path[PATH_MAX + 1];
  pthread_mutex_lock(&lock);
  const char *name = name_of(fd, path);
  if (name && sync_fails(name, fd)) {
    record('F', name, data_only, "", 0);
    pthread_mutex_unlock(&lock);
    errno = EIO;
    return -1;
  }
  int result = real(fd);
  int error = errno;
  if (name && result == 0) record('S', name, data_only, "", 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int fsync(int fd) { return sync_with(REAL(int, fsync, int), fd, 0); }
int fdatasync(int fd) { return sync_with(REAL(int, fdatasync, int), fd, 1); }

int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  const char *name = in_dir(path);
  if (name) record('U', name, 0, "", 0);
  int result = REAL(int, unlink, const char *)(path);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&lock);
  const char *name = in_dir(from), *new_name = in_dir(to);
  if (name && new_name) record('R', name, 0, new_name, strlen(new_name));
  int result = REAL(int, rename, const char *, const char *)(from, to);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
