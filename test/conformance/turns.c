/*
 * Processes with much memory of their own that take turns: what each has written stays, whatever happens to its memory
 * while others run. A system that maps one of them at a time must not confuse or forget pages. Ends with more processes
 * than such a system keeps apart, and with a signal for one that computes.
 */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { PAGE = 4096, PAGES = 200, PLAYERS = 4, ROUNDS = 40, MANY = 80 };

/* What a player has that all can see. */
struct board {
    volatile int rounds[MANY];
    char *memory[MANY];
};

static struct board *board;
static int pipes[MANY][2];

static void leave(void)
{
    fflush(stdout);
    _exit(check_failures != 0);
}

static void token_to(int player)
{
    CHECK_EQUAL(1, write(pipes[player][1], "t", 1));
}

static void await_token(int player)
{
    char token;
    CHECK_EQUAL(1, read(pipes[player][0], &token, 1));
}

static void fill(char *memory, int player, int round)
{
    for (int i = 0; i < PAGES; i++) {
        *(int *)(memory + i * PAGE) = player * 1000000 + round * 1000 + i;
    }
}

static void verify(char *memory, int player, int round)
{
    for (int i = 0; i < PAGES; i++) {
        CHECK_EQUAL(player * 1000000 + round * 1000 + i, *(int *)(memory + i * PAGE));
    }
}

/* Registers that no system call may touch. */
static double sum_of_thirds(int player, int round)
{
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
        sum += (player + 1) / 3.0 + round;
    }
    return sum;
}

static char *anonymous(int kind)
{
    char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    return memory;
}

/* Each turn checks what the last one has left, changes the map, and leaves something new. */
static void play(int player, int players, int rounds)
{
    char *memory = anonymous(MAP_PRIVATE);
    board->memory[player] = memory;
    double expected = 0, sum = 0;
    for (int round = 0; round < rounds; round++) {
        await_token(player);
        if (round > 0) {
            verify(memory, player, round - 1);
        }
        if (round % 8 == 3) {
            CHECK_EQUAL(0, munmap(memory + 10 * PAGE, 20 * PAGE));
            CHECK(mmap(memory + 10 * PAGE, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0) == memory + 10 * PAGE);
            CHECK_EQUAL(0, *(int *)(memory + 15 * PAGE));
        }
        if (round % 8 == 5) {
            CHECK_EQUAL(0, madvise(memory, 50 * PAGE, MADV_DONTNEED));
            CHECK_EQUAL(0, *(int *)(memory + 49 * PAGE));
        }
        if (round % 16 == 7) {
            pid_t child = fork();
            if (child == 0) {
                fill(memory, player + 500, round);
                verify(memory, player + 500, round);
                leave();
            }
            int status;
            CHECK_EQUAL(child, waitpid(child, &status, 0));
            CHECK_EQUAL(0, status);
            verify(memory, player, round - 1);
        }
        fill(memory, player, round);
        sum += sum_of_thirds(player, round);
        board->rounds[player] = round + 1;
        token_to((player + 1) % players);
    }
    for (int round = 0; round < rounds; round++) {
        expected += sum_of_thirds(player, round);
    }
    CHECK(sum == expected);
}

static void start_players(pid_t *players, int count, int rounds)
{
    for (int i = 0; i < count; i++) {
        CHECK_EQUAL(0, pipe(pipes[i]));
    }
    for (int i = 0; i < count; i++) {
        players[i] = fork();
        if (players[i] == 0) {
            play(i, count, rounds);
            leave();
        }
    }
}

static void await_players(pid_t *players, int count, int rounds)
{
    for (int i = 0; i < count; i++) {
        int status;
        CHECK_EQUAL(players[i], waitpid(players[i], &status, 0));
        CHECK_EQUAL(0, status);
        CHECK_EQUAL(rounds, board->rounds[i]);
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
}

static void players_keep_their_memory(int count, int rounds)
{
    pid_t players[MANY];
    start_players(players, count, rounds);
    token_to(0);
    await_players(players, count, rounds);
}

/* process_vm_writev(2) into a process that has had its own memory mapped, but is not running. */
static void memory_changes_from_outside(void)
{
    pid_t players[2];
    int replies[2];
    CHECK_EQUAL(0, pipe(replies));
    for (int i = 0; i < 2; i++) {
        CHECK_EQUAL(0, pipe(pipes[i]));
        players[i] = fork();
        if (players[i] == 0) {
            char *memory = anonymous(MAP_PRIVATE);
            board->memory[i] = memory;
            fill(memory, i, 0);
            for (int round = 0; round < 30; round++) {
                await_token(i);
                for (int page = 1; page < PAGES; page++) {
                    *(volatile int *)(memory + page * PAGE) += 1;
                }
                if (round > 0) {
                    CHECK_EQUAL(round * 7 + i, *(int *)memory);
                }
                CHECK_EQUAL(1, write(replies[1], "r", 1));
            }
            leave();
        }
    }
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 2; i++) {
            if (round > 0) {
                int value = round * 7 + i;
                struct iovec from = {&value, sizeof value}, to = {board->memory[i], sizeof value};
                CHECK_EQUAL((long)sizeof value, process_vm_writev(players[i], &from, 1, &to, 1, 0));
            }
            char reply;
            token_to(i);
            CHECK_EQUAL(1, read(replies[0], &reply, 1));
        }
    }
    for (int i = 0; i < 2; i++) {
        int status;
        CHECK_EQUAL(players[i], waitpid(players[i], &status, 0));
        CHECK_EQUAL(0, status);
    }
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

/* Both compute for ever and have to be interrupted: by each other's time slice, by their timer, and by a signal. */
static void players_that_compute_are_interrupted(void)
{
    pid_t players[3];
    for (int i = 0; i < 3; i++) {
        players[i] = fork();
        if (players[i] == 0) {
            char *memory = anonymous(MAP_PRIVATE);
            signal(SIGALRM, on_alarm);
            alarm(1);
            for (int round = 0;; round = (round + 1) % 900) {
                fill(memory, i, round);
                if (alarms > 0) {
                    board->rounds[i] = -2;
                }
            }
        }
    }
    for (int i = 0; i < 3; i++) {
        while (board->rounds[i] != -2) {
            usleep(1000);
        }
        CHECK_EQUAL(0, kill(players[i], SIGTERM));
        int status;
        CHECK_EQUAL(players[i], waitpid(players[i], &status, 0));
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    }
}

int main(void)
{
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(board != MAP_FAILED);
    players_keep_their_memory(PLAYERS, ROUNDS);
    players_keep_their_memory(2, ROUNDS);
    memory_changes_from_outside();
    players_that_compute_are_interrupted();
    players_keep_their_memory(MANY, 6);
    return check_done();
}
