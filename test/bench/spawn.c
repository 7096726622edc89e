/*
 * spawn MODE ROUNDS COMMAND...: starts a command again and again and prints the median time in milliseconds from fork to
 *   exit    its end, and the largest peak memory of a run in KiB
 *   output  the first byte "h" on its standard output at the start of a line "hello" (then the command is ended)
 *   ADDRESS the answers of redis at this IPv4 address to SET and GET (then the command is ended)
 * It is C so that the measuring costs nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000, LINE_MAX_BYTES = 65536, REDIS_PORT = 6379 };

/* How long one attempt to connect may take, how long an answer, and how long all of it. */
enum { CONNECT_MS = 5, ANSWER_MS = 1000, REDIS_MS = 60000 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Reads until "hello" has come; 0 when it did. */
static int wait_for_hello(int fd)
{
    static char seen[LINE_MAX_BYTES];
    size_t length = 0;
    while (length < sizeof seen - 1) {
        ssize_t n = read(fd, seen + length, sizeof seen - 1 - length);
        if (n <= 0) {
            return -1;
        }
        length += (size_t)n;
        seen[length] = 0;
        if (strstr(seen, "hello") != NULL) {
            return 0;
        }
    }
    return -1;
}

/* Whether redis takes a value and gives it back. */
static int asks_redis(const struct sockaddr_in *address)
{
    static const char question[] = "SET a 1\r\nGET a\r\n", answer[] = "+OK\r\n$1\r\n1\r\n";
    char seen[sizeof answer] = "";
    size_t length = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    connect(fd, (const struct sockaddr *)address, sizeof *address);
    if (poll(&one, 1, CONNECT_MS) == 1 && write(fd, question, sizeof question - 1) > 0) {
        one.events = POLLIN;
        while (length < sizeof answer - 1 && poll(&one, 1, ANSWER_MS) == 1) {
            ssize_t n = read(fd, seen + length, sizeof answer - 1 - length);
            if (n <= 0) {
                break;
            }
            length += (size_t)n;
        }
    }
    close(fd);
    return strcmp(seen, answer) == 0;
}

/* Each attempt is a new connection: a SYN that nobody was there for is sent again only after a second. 0 when it did. */
static int wait_for_redis(const char *where, pid_t child)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(REDIS_PORT)};
    inet_pton(AF_INET, where, &address.sin_addr);
    double until = now_ms() + REDIS_MS;
    siginfo_t ended = {.si_pid = 0};
    while (now_ms() < until && ended.si_pid == 0) {
        if (asks_redis(&address)) {
            return 0;
        }
        /* Where it is refused at once, the server is not spun against. */
        usleep(1000);
        waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT);
    }
    return -1;
}

int main(int argc, char **argv)
{
    if (argc < 4 || atoi(argv[2]) < 1 || atoi(argv[2]) > ROUNDS_MAX) {
        fprintf(stderr, "usage: spawn exit|output|ADDRESS ROUNDS COMMAND...\n");
        return 2;
    }
    int output = strcmp(argv[1], "output") == 0;
    int redis = strchr(argv[1], '.') != NULL;
    int rounds = atoi(argv[2]);
    static double times[ROUNDS_MAX];
    long peak_kib = 0;
    for (int i = 0; i < rounds; i++) {
        int ends[2];
        if (pipe(ends) != 0) {
            return 2;
        }
        double start = now_ms();
        pid_t child = fork();
        if (child == 0) {
            if (output) {
                dup2(ends[1], 1);
            }
            close(ends[0]);
            close(ends[1]);
            int null = open("/dev/null", O_RDWR);
            dup2(null, 0);
            if (redis) {
                dup2(null, 1);
            }
            execvp(argv[3], argv + 3);
            _exit(127);
        }
        close(ends[1]);
        int status;
        struct rusage usage;
        if (output || redis) {
            int failed = output ? wait_for_hello(ends[0]) : wait_for_redis(argv[1], child);
            times[i] = now_ms() - start;
            kill(child, SIGKILL);
            wait4(child, &status, 0, &usage);
            if (failed) {
                fprintf(stderr, "spawn: the command did not answer\n");
                return 1;
            }
        } else {
            wait4(child, &status, 0, &usage);
            times[i] = now_ms() - start;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                fprintf(stderr, "spawn: the command failed with status 0x%x\n", status);
                return 1;
            }
        }
        close(ends[0]);
        if (usage.ru_maxrss > peak_kib) {
            peak_kib = usage.ru_maxrss;
        }
    }
    qsort(times, (size_t)rounds, sizeof times[0], ascending);
    printf("%.2f %ld\n", times[rounds / 2], peak_kib);
    return 0;
}
