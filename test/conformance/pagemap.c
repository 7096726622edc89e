/* /proc/PID/pagemap, Documentation/admin-guide/mm/pagemap.rst: a word of 64 bits for each page. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PAGE 4096L
#define PRESENT (1ULL << 63)
#define SWAPPED (1ULL << 62)
#define OF_FILE (1ULL << 61)
#define EXCLUSIVE (1ULL << 56)
#define FRAME ((1ULL << 55) - 1)

static int fd;

static unsigned long long word(const volatile void *address)
{
    unsigned long long word = 0x4711;
    CHECK_EQUAL(8, pread(fd, &word, 8, (long)address / PAGE * 8));
    return word;
}

static void private_pages(void)
{
    volatile char *at = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQUAL(0, word(at + 40 * PAGE));
    at[0] = 1;
    unsigned long long first = word(at);
    CHECK_EQUAL(PRESENT | EXCLUSIVE, first & ~FRAME);
    CHECK((first & FRAME) != 0 || geteuid() != 0);
    /* Shared by fork(2) until somebody writes. */
    pid_t child = fork();
    if (child == 0) {
        at[0] = 2;
        _exit((word(at) & ~FRAME) == (PRESENT | EXCLUSIVE) ? 0 : 1);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(PRESENT | EXCLUSIVE, word(at) & ~FRAME);
    CHECK_EQUAL(0, madvise((void *)at, PAGE, MADV_DONTNEED));
    CHECK_EQUAL(0, word(at));
    CHECK_EQUAL(0, munmap((void *)at, 64 * PAGE));
    CHECK_EQUAL(0, word(at));
    CHECK_EQUAL(0, word((void *)0));
}

static void shared_pages(void)
{
    volatile char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    at[0] = 1;
    CHECK_EQUAL(PRESENT | OF_FILE | EXCLUSIVE, word(at) & ~FRAME);
    munmap((void *)at, PAGE);
    int file = open("/tmp/conformance_pagemap", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK_EQUAL(3, write(file, "abc", 3));
    at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    at[0] = 1;
    unsigned long long shared = word(at);
    CHECK_EQUAL(PRESENT | OF_FILE | EXCLUSIVE, shared & ~FRAME);
    volatile char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    char byte = own[0];
    CHECK_EQUAL(1, byte);
    CHECK_EQUAL(PRESENT | OF_FILE, word(own) & ~FRAME);
    CHECK_EQUAL(shared & FRAME, word(own) & FRAME);
    own[0] = 2;
    CHECK_EQUAL(PRESENT | EXCLUSIVE, word(own) & ~FRAME);
    CHECK((shared & FRAME) != (word(own) & FRAME) || geteuid() != 0);
    munmap((void *)at, PAGE);
    munmap((void *)own, PAGE);
    close(file);
    unlink("/tmp/conformance_pagemap");
}

static void whole_words(void)
{
    volatile char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    at[0] = at[PAGE] = at[2 * PAGE] = at[3 * PAGE] = 1;
    unsigned long long words[4] = {0};
    long place = (long)at / PAGE * 8;
    CHECK_EQUAL(32, pread(fd, words, 32, place));
    CHECK((words[0] & PRESENT) && (words[1] & PRESENT) && (words[2] & PRESENT) && (words[3] & PRESENT));
    CHECK((words[0] & SWAPPED) == 0);
    CHECK_EQUAL(word(at + 2 * PAGE), words[2]);
    CHECK_ERRNO(EINVAL, pread(fd, words, 7, place));
    CHECK_ERRNO(EINVAL, pread(fd, words, 8, place + 4));
    CHECK_EQUAL(0, pread(fd, words, 0, place));
    CHECK_EQUAL(0, pread(fd, words, 8, 1L << 60));
    CHECK_EQUAL(place, lseek(fd, place, SEEK_SET));
    CHECK_EQUAL(16, read(fd, words, 16));
    CHECK_EQUAL(place + 16, lseek(fd, 0, SEEK_CUR));
    CHECK_ERRNO(EINVAL, lseek(fd, 0, SEEK_END));
    munmap((void *)at, 4 * PAGE);
}

static void the_file(void)
{
    struct stat stat;
    CHECK_EQUAL(0, fstat(fd, &stat));
    CHECK_EQUAL(S_IFREG | 0400, stat.st_mode);
    CHECK_EQUAL(0, stat.st_size);
    CHECK_ERRNO(EBADF, write(fd, "", 1));
}

int main(void)
{
    fd = open("/proc/self/pagemap", O_RDONLY);
    CHECK(fd >= 0);
    private_pages();
    shared_pages();
    whole_words();
    the_file();
    return check_done();
}
