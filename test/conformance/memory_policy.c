/* NUMA memory policies: set_mempolicy(2), get_mempolicy(2), mbind(2), set_mempolicy_home_node(2), move_pages(2),
   migrate_pages(2), numa(7). All on the one node that every machine has. */
#include "check.h"
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { DEFAULT, PREFERRED, BIND, INTERLEAVE, LOCAL, PREFERRED_MANY };
enum { STATIC_NODES = 1 << 15, RELATIVE_NODES = 1 << 14, BALANCING = 1 << 13 };
enum { F_NODE = 1, F_ADDR = 2, F_MEMS_ALLOWED = 4 };
enum { MF_STRICT = 1, MF_MOVE = 2, MF_MOVE_ALL = 4 };

static long set_policy(int mode, unsigned long nodes)
{
    return syscall(SYS_set_mempolicy, mode, &nodes, 64);
}

static long get_policy(int *mode, unsigned long *nodes, void *address, unsigned long flags)
{
    return syscall(SYS_get_mempolicy, mode, nodes, nodes == NULL ? 0 : 64, address, flags);
}

static long bind_memory(void *address, unsigned long length, int mode, unsigned long nodes, unsigned flags)
{
    return syscall(SYS_mbind, address, length, mode, &nodes, 64, flags);
}

static void what_is_set_is_told(void)
{
    static const int modes[] = {PREFERRED, BIND, INTERLEAVE, PREFERRED_MANY, INTERLEAVE | STATIC_NODES,
            BIND | RELATIVE_NODES, BIND | BALANCING};
    int mode = -1;
    unsigned long nodes = ~0UL;
    CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && mode == DEFAULT && nodes == 0);
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        CHECK(set_policy(modes[i], 1) == 0);
        CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && mode == modes[i] && nodes == 1);
    }
    CHECK(set_policy(PREFERRED, 0) == 0);
    CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && mode == LOCAL && nodes == 0);
    CHECK(set_policy(LOCAL, 0) == 0 && get_policy(&mode, NULL, NULL, 0) == 0 && mode == LOCAL);
    // Of nodes that do not exist, those that do count; what the caller said is kept with two flags.
    CHECK(set_policy(BIND, 1UL << 20 | 1) == 0);
    CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && mode == BIND && nodes == 1);
    CHECK(set_policy(BIND | STATIC_NODES, 1UL << 20 | 1) == 0);
    CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && nodes == (1UL << 20 | 1));
    CHECK(set_policy(BIND | RELATIVE_NODES, 4) == 0);
    CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && mode == (BIND | RELATIVE_NODES) && nodes == 4);
    CHECK(set_policy(DEFAULT, 0) == 0 && get_policy(&mode, NULL, NULL, 0) == 0 && mode == DEFAULT);
}

static void what_cannot_be_is_refused(void)
{
    unsigned long nodes[2] = {1, 0};
    CHECK_ERRNO(EINVAL, set_policy(7439, 1));
    CHECK_ERRNO(EINVAL, set_policy(-1, 1));
    CHECK_ERRNO(EINVAL, set_policy(DEFAULT, 1));
    CHECK_ERRNO(EINVAL, set_policy(LOCAL, 1));
    CHECK_ERRNO(EINVAL, set_policy(BIND, 0));
    CHECK_ERRNO(EINVAL, set_policy(INTERLEAVE, 0));
    CHECK_ERRNO(EINVAL, set_policy(BIND, 1UL << 20));
    CHECK_ERRNO(EINVAL, set_policy(PREFERRED, 1UL << 20));
    CHECK_ERRNO(EINVAL, set_policy(PREFERRED | STATIC_NODES, 0));
    CHECK_ERRNO(EINVAL, set_policy(LOCAL | STATIC_NODES, 0));
    CHECK_ERRNO(EINVAL, set_policy(BIND | STATIC_NODES | RELATIVE_NODES, 1));
    CHECK_ERRNO(EINVAL, set_policy(INTERLEAVE | BALANCING, 1));
    CHECK_ERRNO(EINVAL, syscall(SYS_set_mempolicy, DEFAULT, nodes, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_set_mempolicy, BIND, nodes, 4096 * 8 + 2));
    CHECK_ERRNO(EFAULT, syscall(SYS_set_mempolicy, BIND, 8, 64));
    CHECK(syscall(SYS_set_mempolicy, BIND, nodes, 128) == 0);
    // One bit less than said is looked at.
    CHECK_ERRNO(EINVAL, syscall(SYS_set_mempolicy, BIND, nodes, 1));
    nodes[0] = 3;
    CHECK(syscall(SYS_set_mempolicy, BIND | STATIC_NODES, nodes, 2) == 0);
    CHECK(get_policy(NULL, nodes, NULL, 0) == 0 && nodes[0] == 1);
    CHECK(syscall(SYS_set_mempolicy, DEFAULT, NULL, 0) == 0);
}

static void questions(void)
{
    int mode = -1;
    unsigned long nodes[3] = {0, 7, 7};
    CHECK(get_policy(&mode, nodes, NULL, F_MEMS_ALLOWED) == 0 && mode == 0 && nodes[0] & 1);
    CHECK(syscall(SYS_get_mempolicy, NULL, nodes, 128, NULL, F_MEMS_ALLOWED) == 0 && nodes[1] == 0 && nodes[2] == 7);
    CHECK_ERRNO(EINVAL, get_policy(&mode, nodes, NULL, F_MEMS_ALLOWED | F_NODE));
    CHECK_ERRNO(EINVAL, get_policy(&mode, nodes, NULL, 8));
    CHECK_ERRNO(EINVAL, get_policy(&mode, nodes, &mode, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_get_mempolicy, NULL, nodes, 0, NULL, 0));
    CHECK_ERRNO(EINVAL, get_policy(&mode, NULL, NULL, F_NODE));
    CHECK_ERRNO(EFAULT, get_policy((int *) 8, NULL, NULL, 0));
    CHECK_ERRNO(EFAULT, get_policy(NULL, (unsigned long *) 8, NULL, 0));
    CHECK_ERRNO(EFAULT, get_policy(&mode, NULL, (void *) -1L, F_ADDR));
    CHECK_ERRNO(EFAULT, get_policy(&mode, NULL, (void *) -1L, F_ADDR | F_NODE));
    CHECK(get_policy(&mode, NULL, &mode, F_ADDR | F_NODE) == 0 && mode >= 0);
    CHECK(set_policy(INTERLEAVE, 1) == 0);
    CHECK(get_policy(&mode, NULL, NULL, F_NODE) == 0 && mode == 0);
    CHECK(set_policy(DEFAULT, 0) == 0);
}

static void memory_has_a_policy_of_its_own(void)
{
    char *memory = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int mode = -1;
    CHECK(set_policy(PREFERRED, 1) == 0);
    CHECK(get_policy(&mode, NULL, memory, F_ADDR) == 0 && mode == DEFAULT);
    CHECK(bind_memory(memory + 4096, 4095, BIND, 1, MF_STRICT | MF_MOVE) == 0);
    CHECK(get_policy(&mode, NULL, memory, F_ADDR) == 0 && mode == DEFAULT);
    CHECK(get_policy(&mode, NULL, memory + 8191, F_ADDR) == 0 && mode == BIND);
    CHECK(get_policy(&mode, NULL, memory + 8192, F_ADDR) == 0 && mode == DEFAULT);
    CHECK_ERRNO(EINVAL, bind_memory(memory + 1, 4096, BIND, 1, 0));
    CHECK_ERRNO(EINVAL, bind_memory(memory, 4096, BIND, 0, 0));
    CHECK_ERRNO(EINVAL, bind_memory(memory, 4096, 99, 1, 0));
    CHECK_ERRNO(EINVAL, bind_memory(memory, 4096, BIND, 1, 8));
    CHECK_ERRNO(EINVAL, bind_memory(memory, -4096L, BIND, 1, 0));
    CHECK(bind_memory(memory, 0, BIND, 0, 0) == 0);
    CHECK(munmap(memory + 3 * 4096, 4096) == 0);
    CHECK_ERRNO(EFAULT, bind_memory(memory, 8 * 4096, INTERLEAVE, 1, 0));
    CHECK(bind_memory(memory, 8 * 4096, DEFAULT, 0, 0) == 0);
    CHECK_ERRNO(EFAULT, bind_memory(memory + 3 * 4096, 4096, DEFAULT, 0, 0));
    CHECK(get_policy(&mode, NULL, memory + 4096, F_ADDR) == 0 && mode == DEFAULT);

    CHECK_ERRNO(ENOENT, syscall(SYS_set_mempolicy_home_node, memory, 4096, 0, 0));
    CHECK(bind_memory(memory, 4096, BIND, 1, 0) == 0);
    CHECK(syscall(SYS_set_mempolicy_home_node, memory, 4096, 0, 0) == 0);
    CHECK_ERRNO(EINVAL, syscall(SYS_set_mempolicy_home_node, memory, 4096, 0, 1));
    CHECK_ERRNO(EINVAL, syscall(SYS_set_mempolicy_home_node, memory, 4096, 63, 0));
    CHECK_ERRNO(EINVAL, syscall(SYS_set_mempolicy_home_node, memory + 1, 4096, 0, 0));
    CHECK(bind_memory(memory, 4096, INTERLEAVE, 1, 0) == 0);
    CHECK_ERRNO(EOPNOTSUPP, syscall(SYS_set_mempolicy_home_node, memory, 4096, 0, 0));
    pid_t child = fork();
    if (child == 0) {
        bool kept = get_policy(&mode, NULL, NULL, 0) == 0 && mode == PREFERRED
                && get_policy(&mode, NULL, memory, F_ADDR) == 0 && mode == INTERLEAVE;
        _exit(kept ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(set_policy(DEFAULT, 0) == 0);
    munmap(memory, 8 * 4096);
}

static void pages_stay_where_they_are(void)
{
    char *memory = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory[0] = 1;
    // Memory next to a page that is in may have come in with it, but not another mapping.
    char *untouched = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(munmap(memory + 2 * 4096, 4096) == 0);
    void *pages[] = {memory, untouched, memory + 2 * 4096};
    int nodes[] = {0, 0, 0};
    int status[] = {99, 99, 99};
    CHECK(syscall(SYS_move_pages, 0, 3, pages, NULL, status, 0) == 0);
    CHECK(status[0] == 0 && status[1] == -ENOENT && status[2] == -EFAULT);
    status[0] = 99;
    CHECK(syscall(SYS_move_pages, getpid(), 1, pages, nodes, status, MF_MOVE) == 0 && status[0] == 0);
    nodes[0] = 63;
    CHECK_ERRNO(ENODEV, syscall(SYS_move_pages, 0, 1, pages, nodes, status, MF_MOVE));
    nodes[0] = -1;
    CHECK_ERRNO(ENODEV, syscall(SYS_move_pages, 0, 1, pages, nodes, status, MF_MOVE));
    CHECK_ERRNO(EINVAL, syscall(SYS_move_pages, 0, 1, pages, NULL, status, 1));
    CHECK_ERRNO(EFAULT, syscall(SYS_move_pages, 0, 1, 8, NULL, status, 0));
    CHECK_ERRNO(EFAULT, syscall(SYS_move_pages, 0, 1, pages, NULL, 8, 0));
    CHECK_ERRNO(ESRCH, syscall(SYS_move_pages, 0x7ffffff0, 1, pages, NULL, status, 0));

    unsigned long here = 1, nowhere = 0;
    CHECK(syscall(SYS_migrate_pages, 0, 64, &here, &here) == 0);
    CHECK_ERRNO(EINVAL, syscall(SYS_migrate_pages, 0, 64, &here, &nowhere));
    CHECK_ERRNO(EFAULT, syscall(SYS_migrate_pages, 0, 64, &here, 8));
    CHECK_ERRNO(EINVAL, syscall(SYS_migrate_pages, 0, 4096 * 8 + 2, &here, &here));
    CHECK_ERRNO(ESRCH, syscall(SYS_migrate_pages, 0x7ffffff0, 64, &here, &here));
    munmap(memory, 3 * 4096);
    munmap(untouched, 4096);
}

static void many_pages_are_told_at_once(void)
{
    enum { COUNT = 8192 };
    static void *pages[COUNT];
    static int nodes[COUNT], status[COUNT];
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory[0] = 1;
    for (int i = 0; i < COUNT; i++) {
        pages[i] = memory;
        status[i] = 99;
    }
    CHECK(syscall(SYS_move_pages, 0, COUNT, pages, NULL, status, 0) == 0);
    CHECK(status[0] == 0 && status[COUNT / 2] == 0 && status[COUNT - 1] == 0);
    CHECK(syscall(SYS_move_pages, 0, COUNT, pages, nodes, status, MF_MOVE) == 0);
    munmap(memory, 4096);
}

int main(void)
{
    what_is_set_is_told();
    what_cannot_be_is_refused();
    questions();
    memory_has_a_policy_of_its_own();
    pages_stay_where_they_are();
    many_pages_are_told_at_once();
    return check_done();
}
