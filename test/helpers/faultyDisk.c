/* A disk that fails, for tests: LD_PRELOAD it. Calls on files under FAULT_PATH are counted in each process;
   those from FAULT_AT on, FAULT_COUNT of them, fail with FAULT_ERRNO, or take FAULT_DELAY_MS longer. FAULT_PROGRAM names the processes meant.
   With FAULT_CLOCK_S the clock of the day jumps by so many seconds, two seconds after a process started. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;

static long number(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value ? atol(value) : otherwise;
}

static int is_meant(void) {
  static int known = -1;
  if (known >= 0) return known;
  const char *program = getenv("FAULT_PROGRAM");
  char line[4096] = {0};
  int file = open("/proc/self/cmdline", O_RDONLY);
  ssize_t length = read(file, line, sizeof line - 1);
  close(file);
  for (ssize_t at = 0; at < length; at++)
    if (!line[at]) line[at] = ' ';
  return known = !program || strstr(line, program) != NULL;
}

static int strikes(const char *path) {
  const char *prefix = getenv("FAULT_PATH");
  if (!prefix || !path || strncmp(path, prefix, strlen(prefix)) || !is_meant()) return 0;
  long at = number("FAULT_AT", 1), call = ++calls;
  if (call < at || call >= at + number("FAULT_COUNT", 1000000000)) return 0;
  long delay = number("FAULT_DELAY_MS", 0);
  if (delay) return usleep(delay * 1000), 0;
  errno = number("FAULT_ERRNO", EIO);
  return 1;
}

static int strikes_file(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strikes(path);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t write(int file, const void *bytes, size_t count) {
  return strikes_file(file) ? -1 : REAL(ssize_t, "write", int, const void *, size_t)(file, bytes, count);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  return strikes_file(file) ? -1 : REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(file, bytes, count, offset);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return strikes_file(file) ? -1 : REAL(ssize_t, "pwrite", int, const void *, size_t, off_t)(file, bytes, count, offset);
}
int fsync(int file) { return strikes_file(file) ? -1 : REAL(int, "fsync", int)(file); }
int fdatasync(int file) { return strikes_file(file) ? -1 : REAL(int, "fdatasync", int)(file); }
int mkdir(const char *path, mode_t mode) { return strikes(path) ? -1 : REAL(int, "mkdir", const char *, mode_t)(path, mode); }
int rename(const char *from, const char *to) {
  return strikes(to) ? -1 : REAL(int, "rename", const char *, const char *)(from, to);
}
static int opens(const char *name, const char *path, int flags, mode_t mode) {
  if ((flags & O_CREAT) && strikes(path)) return -1;
  return REAL(int, name, const char *, int, mode_t)(path, flags, mode);
}
int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return opens("open", path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return opens("open64", path, flags, mode);
}

int clock_gettime(clockid_t id, struct timespec *now) {
  static time_t start;
  int status = REAL(int, "clock_gettime", clockid_t, struct timespec *)(id, now);
  if (id != CLOCK_REALTIME || !getenv("FAULT_CLOCK_S")) return status;
  if (!start) start = now->tv_sec;
  if (now->tv_sec > start + 2) now->tv_sec += number("FAULT_CLOCK_S", 0);
  return status;
}
