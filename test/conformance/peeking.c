/* recv(2) MSG_PEEK with MSG_WAITALL: a TCP socket shows nothing before all is there; a local one what there is. */
#include "check.h"
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

static int peer;

static void *send_late(void *text)
{
    usleep(50000);
    CHECK_EQUAL(strlen(text), send(peer, text, strlen(text), 0));
    return NULL;
}

static void *close_late(void *unused)
{
    (void)unused;
    usleep(50000);
    CHECK_EQUAL(0, shutdown(peer, SHUT_WR));
    return NULL;
}

static void tcp_pair(int pair[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    CHECK_EQUAL(0, listen(listener, 1));
    CHECK_EQUAL(0, getsockname(listener, (struct sockaddr *)&address, &length));
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQUAL(0, connect(pair[0], (struct sockaddr *)&address, sizeof address));
    pair[1] = accept(listener, NULL, NULL);
    CHECK(pair[1] >= 0);
    close(listener);
}

static void stream_waits_for_all(void)
{
    int pair[2];
    char buffer[16];
    pthread_t thread;
    tcp_pair(pair);
    peer = pair[1];
    CHECK_EQUAL(3, send(peer, "abc", 3, 0));
    pthread_create(&thread, NULL, send_late, "defgh");
    CHECK_EQUAL(6, recv(pair[0], buffer, 6, MSG_PEEK | MSG_WAITALL));
    CHECK(memcmp(buffer, "abcdef", 6) == 0);
    pthread_join(thread, NULL);
    CHECK_EQUAL(6, recv(pair[0], buffer, 6, MSG_PEEK | MSG_WAITALL));
    CHECK_EQUAL(8, recv(pair[0], buffer, 16, MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT));

    struct timeval limit = {0, 50000};
    CHECK_EQUAL(0, setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    CHECK_EQUAL(8, recv(pair[0], buffer, 16, MSG_PEEK | MSG_WAITALL));
    limit.tv_usec = 0;
    CHECK_EQUAL(0, setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));

    struct iovec parts[2] = {{buffer, 5}, {buffer + 8, 5}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    pthread_create(&thread, NULL, send_late, "ij");
    CHECK_EQUAL(10, recvmsg(pair[0], &message, MSG_PEEK | MSG_WAITALL));
    CHECK(memcmp(buffer, "abcde", 5) == 0 && memcmp(buffer + 8, "fghij", 5) == 0);
    pthread_join(thread, NULL);

    pthread_create(&thread, NULL, close_late, NULL);
    CHECK_EQUAL(10, recv(pair[0], buffer, 16, MSG_PEEK | MSG_WAITALL));
    pthread_join(thread, NULL);
    CHECK_EQUAL(10, recv(pair[0], buffer, 16, MSG_WAITALL));
    CHECK_EQUAL(0, recv(pair[0], buffer, 16, MSG_PEEK | MSG_WAITALL));
    close(pair[0]);
    close(pair[1]);
}

static void ignore(int signal)
{
    (void)signal;
}

static void signal_shows_what_is_there(void)
{
    int pair[2];
    char buffer[16];
    tcp_pair(pair);
    CHECK_EQUAL(3, send(pair[1], "abc", 3, 0));
    struct sigaction action = {.sa_handler = ignore};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval soon = {.it_value.tv_usec = 50000};
    setitimer(ITIMER_REAL, &soon, NULL);
    CHECK_EQUAL(3, recv(pair[0], buffer, 6, MSG_PEEK | MSG_WAITALL));
    setitimer(ITIMER_REAL, &soon, NULL);
    CHECK_EQUAL(3, recv(pair[0], buffer, 6, MSG_WAITALL));
    close(pair[0]);
    close(pair[1]);
}

static void local_stream_shows_what_is_there(void)
{
    int pair[2];
    char buffer[16];
    pthread_t thread;
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    peer = pair[1];
    pthread_create(&thread, NULL, send_late, "abc");
    CHECK_EQUAL(3, recv(pair[0], buffer, 6, MSG_PEEK | MSG_WAITALL));
    pthread_join(thread, NULL);
    CHECK_EQUAL(3, send(peer, "def", 3, 0));
    CHECK_EQUAL(6, recv(pair[0], buffer, 16, MSG_PEEK | MSG_WAITALL));
    CHECK(memcmp(buffer, "abcdef", 6) == 0);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    stream_waits_for_all();
    signal_shows_what_is_there();
    local_stream_shows_what_is_there();
    return check_done();
}
