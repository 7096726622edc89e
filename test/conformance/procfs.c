/* proc(5): what programs read about themselves and the system. */
#include "check.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

static char text[65536];

/* The whole of a file, NUL-terminated; its length. */
static ssize_t slurp(const char *name)
{
    int fd = open(name, O_RDONLY);
    CHECK(fd >= 0);
    ssize_t total = 0, n;
    while ((n = read(fd, text + total, sizeof text - 1 - total)) > 0) {
        total += n;
    }
    CHECK_EQUAL(0, n);
    text[total] = 0;
    close(fd);
    return total;
}

static long field(const char *label)
{
    const char *at = strstr(text, label);
    CHECK(at != NULL);
    return at == NULL ? -1 : strtol(at + strlen(label), NULL, 10);
}

static void self(char **argv)
{
    slurp("/proc/self/status");
    CHECK_EQUAL(getpid(), field("\nPid:\t"));
    CHECK_EQUAL(getppid(), field("\nPPid:\t"));
    CHECK_EQUAL(getuid(), field("\nUid:\t"));
    CHECK_EQUAL(1, field("\nThreads:\t"));
    CHECK(field("\nVmRSS:\t") > 0);
    CHECK(slurp("/proc/self/cmdline") > (ssize_t)strlen(argv[0]));
    CHECK(strcmp(text, argv[0]) == 0);
    CHECK(strcmp(text + strlen(argv[0]) + 1, argv[1]) == 0);
    slurp("/proc/self/stat");
    CHECK_EQUAL(getpid(), strtol(text, NULL, 10));
    char *after = strrchr(text, ')');
    CHECK(after != NULL && after[2] == 'R');
    int fields = 2;
    for (char *at = after + 1; *at; at++) {
        fields += *at == ' ';
    }
    CHECK_EQUAL(52, fields);
    char link[PATH_MAX], real[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", link, sizeof link - 1);
    CHECK(n > 0 && link[0] == '/');
    CHECK(getcwd(real, sizeof real) != NULL);
    n = readlink("/proc/self/cwd", link, sizeof link - 1);
    CHECK(n > 0 && (link[n] = 0, strcmp(link, real) == 0));
    struct stat one, two;
    CHECK_EQUAL(0, stat("/proc/self/exe", &one));
    CHECK_EQUAL(0, lstat("/proc/self/exe", &two));
    CHECK(S_ISREG(one.st_mode) && S_ISLNK(two.st_mode));
    CHECK_EQUAL(0, access("/proc/self/exe", X_OK));
    CHECK_ERRNO(ENOENT, open("/proc/self/nothing", O_RDONLY));
    CHECK_ERRNO(ENOENT, open("/proc/999999999", O_RDONLY));
}

/* proc(5): who logged in is told once, by the process itself, and its children inherit it. */
static void login(void)
{
    char uid[16];
    int n = snprintf(uid, sizeof uid, "%d", getuid());
    if (access("/proc/self/loginuid", F_OK) < 0 || (slurp("/proc/self/loginuid"), strcmp(text, "4294967295") != 0)) {
        return;
    }
    int fd = open("/proc/self/loginuid", O_WRONLY);
    CHECK(fd >= 0);
    CHECK_ERRNO(EINVAL, write(fd, "me", 2));
    CHECK_EQUAL(n, pwrite(fd, uid, n, 0));
    close(fd);
    slurp("/proc/self/sessionid");
    CHECK(strcmp(text, "4294967295") != 0);
    slurp("/proc/self/loginuid");
    CHECK(strcmp(text, uid) == 0);
    pid_t child = fork();
    if (child == 0) {
        slurp("/proc/self/loginuid");
        _exit(strcmp(text, uid) != 0);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    child = fork();
    if (child == 0) {
        char name[64];
        snprintf(name, sizeof name, "/proc/%d/loginuid", getppid());
        fd = open(name, O_WRONLY);
        _exit(fd < 0 || write(fd, uid, n) != -1 || errno != EPERM);
    }
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
}

static void maps(void)
{
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    slurp("/proc/self/maps");
    int found = 0, stack = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned long start, end, offset, inode;
        char access[5];
        unsigned major, minor;
        CHECK_EQUAL(7, sscanf(line, "%lx-%lx %4s %lx %x:%x %lu", &start, &end, access, &offset, &major, &minor,
                              &inode));
        if (start <= (unsigned long)page && (unsigned long)page < end) {
            found = strcmp(access, "rw-p") == 0;
        }
        stack += strstr(line, "[stack]") != NULL;
    }
    CHECK(found);
    CHECK_EQUAL(1, stack);
}

static void descriptors(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fdinfo/%d", fd);
    slurp(name);
    CHECK_EQUAL(0, field("pos:\t"));
    CHECK((strtol(strstr(text, "flags:\t") + 7, NULL, 8) & (O_WRONLY | O_CLOEXEC)) == (O_WRONLY | O_CLOEXEC));
    DIR *directory = opendir("/proc/self/fd");
    CHECK(directory != NULL);
    int seen = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            CHECK_EQUAL(DT_LNK, entry->d_type);
            seen |= atoi(entry->d_name) == fd;
        }
    }
    CHECK(seen);
    closedir(directory);
    close(fd);
}

static void eventfds(void)
{
    char name[64];
    int fd = eventfd(7, EFD_SEMAPHORE);
    snprintf(name, sizeof name, "/proc/self/fdinfo/%d", fd);
    slurp(name);
    CHECK(strstr(text, "eventfd-count:                7\n") != NULL);
    CHECK_EQUAL(1, field("eventfd-semaphore:"));
    close(fd);
    CHECK_EQUAL(fd, eventfd(0, 0));
    slurp(name);
    CHECK_EQUAL(0, field("eventfd-semaphore:"));
    close(fd);
    slurp("/proc/self/status");
    CHECK_EQUAL(0, field("\nKthread:"));
}

/* A number ends at a NUL, whatever stands behind it. */
static void ended_numbers(void)
{
    int fd = open("/proc/self/oom_score_adj", O_RDWR);
    CHECK_EQUAL(10, write(fd, "300\0\1\2345678", 10));
    close(fd);
    slurp("/proc/self/oom_score_adj");
    CHECK_EQUAL(300, atoi(text));
}

/* The one mapping that is called so begins where the auxiliary vector says. */
static void vdso(void)
{
    char line[512];
    int found = 0;
    unsigned long start = 0, end = 0;
    FILE *in = fopen("/proc/self/maps", "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        if (strstr(line, "[vdso]") != NULL) {
            found++;
            CHECK_EQUAL(2, sscanf(line, "%lx-%lx r-x", &start, &end));
        }
    }
    if (in != NULL) {
        fclose(in);
    }
    CHECK_EQUAL(1, found);
    CHECK_EQUAL(getauxval(AT_SYSINFO_EHDR), start);
    CHECK_EQUAL(0, memcmp((void *)start, "\177ELF", 4));
}

static void whole_system(void)
{
    slurp("/proc/meminfo");
    CHECK(field("MemTotal:") > 0 && field("MemFree:") > 0 && field("MemAvailable:") > 0);
    slurp("/proc/cpuinfo");
    CHECK_EQUAL(0, field("processor\t:"));
    CHECK(strstr(text, "\nflags\t\t:") != NULL && strstr(text, " sse2 ") != NULL);
    slurp("/proc/stat");
    CHECK(strncmp(text, "cpu  ", 5) == 0 && field("\nbtime ") > 1000000000);
    slurp("/proc/uptime");
    CHECK(strchr(text, '.') != NULL);
    slurp("/proc/version");
    CHECK(strncmp(text, "Linux version ", 14) == 0);
    slurp("/proc/mounts");
    CHECK(strstr(text, " / ") != NULL && strstr(text, " /proc proc ") != NULL);
    slurp("/proc/self/mountinfo");
    CHECK(strstr(text, " - proc ") != NULL);
    slurp("/proc/sys/kernel/ostype");
    CHECK(strcmp(text, "Linux\n") == 0);
    static const char *settings[] = {"net/core/somaxconn", "net/core/rmem_max", "net/ipv4/ip_local_port_range",
        "net/ipv4/tcp_keepalive_time", "fs/mqueue/msg_max", "fs/inotify/max_user_instances"};
    for (unsigned i = 0; i < sizeof settings / sizeof *settings; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/sys/%s", settings[i]);
        slurp(path);
        CHECK(atoi(text) > 0);
    }
    slurp("/proc/sys/kernel/random/uuid");
    CHECK_EQUAL(37, strlen(text));
    slurp("/proc/filesystems");
    CHECK(strstr(text, "\ttmpfs\n") != NULL);
    slurp("/proc/self/limits");
    CHECK(strstr(text, "Max open files") != NULL);
}

static void fresh(void)
{
    int fd = open("/proc/self/comm", O_RDWR);
    CHECK_EQUAL(7, write(fd, "renamed", 7));
    CHECK_EQUAL(8, pread(fd, text, 100, 0));
    CHECK(memcmp(text, "renamed\n", 8) == 0);
    CHECK_EQUAL(4, pread(fd, text, 4, 4));
    CHECK(memcmp(text, "med\n", 4) == 0);
    close(fd);
}

/* A number of a mapping in /proc/self/smaps, or of all in smaps_rollup with a null address; -1 when it is missing. */
static long kilobytes(const char *file, void *address, const char *field)
{
    char line[512], start[32] = "";
    int there = address == NULL;
    long value = -1;
    snprintf(start, sizeof start, "%lx-", (unsigned long)address);
    FILE *f = fopen(file, "r");
    CHECK(f != NULL);
    while (f != NULL && value < 0 && fgets(line, sizeof line, f) != NULL) {
        unsigned long from, to;
        if (address != NULL && sscanf(line, "%lx-%lx", &from, &to) == 2)
            there = strncmp(line, start, strlen(start)) == 0;
        else if (there && strncmp(line, field, strlen(field)) == 0)
            sscanf(line + strlen(field), "%ld", &value);
    }
    if (f != NULL)
        fclose(f);
    return value;
}

static void smaps(void)
{
    size_t bytes = 1 << 20;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* So that no other mapping joins it. */
    CHECK_EQUAL(0, madvise(memory, bytes, MADV_DONTFORK));
    CHECK_EQUAL(0, kilobytes("/proc/self/smaps", memory, "Rss:"));
    CHECK_EQUAL(0, mlock(memory, bytes));
    CHECK_EQUAL(1024, kilobytes("/proc/self/smaps", memory, "Size:"));
    CHECK_EQUAL(1024, kilobytes("/proc/self/smaps", memory, "Rss:"));
    CHECK_EQUAL(1024, kilobytes("/proc/self/smaps", memory, "Pss:"));
    CHECK_EQUAL(1024, kilobytes("/proc/self/smaps", memory, "Anonymous:"));
    CHECK_EQUAL(1024, kilobytes("/proc/self/smaps", memory, "Private_Dirty:"));
    CHECK_EQUAL(0, kilobytes("/proc/self/smaps", memory, "Shared_Clean:"));
    CHECK_EQUAL(1024, kilobytes("/proc/self/smaps", memory, "Locked:"));
    CHECK(kilobytes("/proc/self/smaps_rollup", NULL, "Rss:") > 1024);
    CHECK(kilobytes("/proc/self/smaps_rollup", NULL, "Locked:") >= 1024);
    CHECK_EQUAL(0, munlock(memory, bytes));
    CHECK_EQUAL(0, kilobytes("/proc/self/smaps", memory, "Locked:"));
    munmap(memory, bytes);
    int fd = open("/proc/self/clear_refs", O_WRONLY);
    CHECK_EQUAL(1, write(fd, "1", 1));
    CHECK_ERRNO(EINVAL, write(fd, "0", 1));
    CHECK_ERRNO(EINVAL, write(fd, "x", 1));
    close(fd);
}

/* The numbers of /proc/self/io after others have been moved. Reading it is counted too, but only once it is over. */
static void input_and_output(void)
{
    enum { RCHAR, WCHAR, SYSCR, SYSCW };
    static const char *const names[] = {"rchar: ", "wchar: ", "syscr: ", "syscw: "};
    long before[4];
    ssize_t bytes = slurp("/proc/self/io");
    for (int i = 0; i < 4; i++) {
        before[i] = field(names[i]);
    }
    int ends[2];
    char data[100];
    struct iovec parts[2] = {{data, 10}, {data, 20}};
    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(100, write(ends[1], data, 100));
    CHECK_EQUAL(30, writev(ends[1], parts, 2));
    CHECK_EQUAL(-1, write(ends[0], data, 1));
    CHECK_EQUAL(60, read(ends[0], data, 60));
    CHECK_EQUAL(30, readv(ends[0], parts, 2));
    slurp("/proc/self/io");
    /* The two reads of the file before, of its text and of its end, are among them. */
    CHECK_EQUAL(90 + bytes, field(names[RCHAR]) - before[RCHAR]);
    CHECK_EQUAL(130, field(names[WCHAR]) - before[WCHAR]);
    CHECK_EQUAL(4, field(names[SYSCR]) - before[SYSCR]);
    CHECK_EQUAL(2, field(names[SYSCW]) - before[SYSCW]);
    close(ends[0]);
    close(ends[1]);
}

/* Who reads its own system call reads the reading. */
static void own_call(void)
{
    char text[256], expected[128];
    int fd = open("/proc/self/syscall", O_RDONLY);
    if (HOST_LACKS(fd < 0 && errno == ENOENT))
        return;
    ssize_t bytes = read(fd, text, sizeof text - 1);
    snprintf(expected, sizeof expected, "%d 0x%x 0x%lx 0x%zx ", 0, fd, (unsigned long)text, sizeof text - 1);
    CHECK(bytes > 0 && strncmp(text, expected, strlen(expected)) == 0);
    close(fd);
}

/* A thread has no threads of its own, or whoever walks through /proc would never come to an end. */
static void threads(void)
{
    char name[64];
    struct stat process = {0}, thread = {0};
    snprintf(name, sizeof name, "/proc/self/task/%d", getpid());
    CHECK_EQUAL(0, stat("/proc/self/", &process));
    CHECK_EQUAL(0, stat(name, &thread));
    CHECK(process.st_ino != thread.st_ino);
    strcat(name, "/task");
    CHECK_ERRNO(ENOENT, stat(name, &thread));
    name[strlen(name) - 5] = 0;
    DIR *directory = opendir(name);
    CHECK(directory != NULL);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        CHECK(strcmp(entry->d_name, "task") != 0);
    }
    closedir(directory);
}

static void *by_its_number(void *unused)
{
    (void)unused;
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/status", gettid());
    slurp(name);
    CHECK_EQUAL(gettid(), field("Pid:"));
    CHECK_EQUAL(getpid(), field("Tgid:"));
    return NULL;
}

/* Listed are processes alone, but a thread is found by its number. */
static void threads_by_number(void)
{
    pthread_t thread;
    CHECK_EQUAL(0, pthread_create(&thread, NULL, by_its_number, NULL));
    CHECK_EQUAL(0, pthread_join(thread, NULL));
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        /* Once more with an argument, to see it in cmdline; exec keeps the process. */
        char *again[] = {argv[0], "an argument", NULL};
        execv("/proc/self/exe", again);
        return 1;
    }
    self(argv);
    maps();
    smaps();
    login();
    descriptors();
    eventfds();
    own_call();
    ended_numbers();
    vdso();
    whole_system();
    fresh();
    input_and_output();
    threads();
    threads_by_number();
    return check_done();
}
