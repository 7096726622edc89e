/* core(5): a signal whose default action dumps core leaves an ELF file that tells what the process was doing. */
#include "check.h"
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/procfs.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char directory[] = "/tmp/core-XXXXXX";
static volatile uint64_t *marked;
static const uint64_t mark = 0x0123456789abcdef;

/* The name that the default pattern gives; another pattern needs root, and belongs to the whole machine. */
static int core_is_plain(void)
{
    char text[256] = "", uses[8] = "";
    int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY);
    CHECK(fd >= 0);
    CHECK(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    fd = open("/proc/sys/kernel/core_uses_pid", O_RDONLY);
    CHECK(fd >= 0);
    CHECK(read(fd, uses, sizeof uses - 1) > 0);
    close(fd);
    return strcmp(text, "core\n") == 0 && uses[0] == '0';
}

static void limit(rlim_t bytes)
{
    struct rlimit core = {bytes, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &core) != 0) {
        struct rlimit now;
        getrlimit(RLIMIT_CORE, &now);
        now.rlim_cur = bytes < now.rlim_max ? bytes : now.rlim_max;
        setrlimit(RLIMIT_CORE, &now);
    }
}

static void *sleep_for_ever(void *nothing)
{
    while (pause() != 0) {
        continue;
    }
    return nothing;
}

/* Runs in the child; does not return. */
static void crash(int signal, int threads)
{
    for (int i = 0; i < threads; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, sleep_for_ever, NULL);
    }
    raise(signal);
    _exit(99);
}

static int status_of(int signal, int threads, rlim_t bytes, int dumpable)
{
    unlink("core");
    pid_t child = fork();
    if (child == 0) {
        limit(bytes);
        prctl(PR_SET_DUMPABLE, dumpable);
        crash(signal, threads);
    }
    int status;
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(signal, WTERMSIG(status));
    return status;
}

static char *load(size_t *size)
{
    int fd = open("core", O_RDONLY);
    CHECK(fd >= 0);
    struct stat info = {0};
    CHECK_EQUAL(0, fstat(fd, &info));
    CHECK_EQUAL(0600 & ~umask(0), info.st_mode & 0777);
    umask(022);
    char *bytes = mmap(NULL, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK(bytes != MAP_FAILED);
    close(fd);
    *size = info.st_size;
    return bytes;
}

static int count_notes(const char *notes, size_t size, unsigned type, const char **found)
{
    int count = 0;
    size_t at = 0;
    while (at + sizeof(Elf64_Nhdr) <= size) {
        const Elf64_Nhdr *note = (const Elf64_Nhdr *) (notes + at);
        size_t name = (note->n_namesz + 3) & ~3u;
        if (note->n_type == type) {
            if (count == 0) {
                *found = notes + at + sizeof *note + name;
            }
            count++;
        }
        at += sizeof *note + name + ((note->n_descsz + 3) & ~3u);
    }
    return count;
}

static void contents(void)
{
    size_t size;
    const char *core = load(&size);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *) core;
    CHECK_EQUAL(0, memcmp(core, ELFMAG, SELFMAG));
    CHECK_EQUAL(ET_CORE, header->e_type);
    CHECK_EQUAL(EM_X86_64, header->e_machine);
    const Elf64_Phdr *segments = (const Elf64_Phdr *) (core + header->e_phoff);
    CHECK_EQUAL(PT_NOTE, segments[0].p_type);
    const char *notes = core + segments[0].p_offset, *note = NULL;
    size_t bytes = segments[0].p_filesz;

    CHECK_EQUAL(3, count_notes(notes, bytes, NT_PRSTATUS, &note));
    const struct elf_prstatus *status = (const struct elf_prstatus *) note;
    CHECK_EQUAL(SIGABRT, status->pr_cursig);
    CHECK_EQUAL(getpid(), status->pr_ppid);
    const struct user_regs_struct *registers = (const void *) &status->pr_reg;
    CHECK_EQUAL(3, count_notes(notes, bytes, NT_PRFPREG, &note));
    CHECK_EQUAL(1, count_notes(notes, bytes, NT_PRPSINFO, &note));
    CHECK_EQUAL(getuid(), ((const struct elf_prpsinfo *) note)->pr_uid);
    CHECK_EQUAL(1, count_notes(notes, bytes, NT_SIGINFO, &note));
    CHECK_EQUAL(SIGABRT, ((const siginfo_t *) note)->si_signo);
    CHECK_EQUAL(1, count_notes(notes, bytes, NT_AUXV, &note));
    CHECK_EQUAL(1, count_notes(notes, bytes, NT_FILE, &note));
    CHECK(((const uint64_t *) note)[0] > 0);

    int has_stack = 0, has_mark = 0;
    for (int i = 1; i < header->e_phnum; i++) {
        const Elf64_Phdr *one = &segments[i];
        CHECK_EQUAL(PT_LOAD, one->p_type);
        CHECK(one->p_offset + one->p_filesz <= size);
        has_stack |= registers->rsp >= one->p_vaddr && registers->rsp < one->p_vaddr + one->p_filesz;
        uint64_t place = (uint64_t) marked - one->p_vaddr;
        has_mark |= place < one->p_filesz && *(const uint64_t *) (core + one->p_offset + place) == mark;
    }
    CHECK(has_stack);
    CHECK(has_mark);
    munmap((void *) core, size);
}

int main(void)
{
    marked = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *marked = mark;
    CHECK(mkdtemp(directory) != NULL);
    CHECK_EQUAL(0, chdir(directory));
    int status = status_of(SIGQUIT, 0, 0, 1);
    CHECK(!WCOREDUMP(status));
    CHECK_ERRNO(ENOENT, access("core", F_OK));
    struct rlimit core;
    CHECK_EQUAL(0, getrlimit(RLIMIT_CORE, &core));
    if (core_is_plain() && core.rlim_max == RLIM_INFINITY) {
        CHECK(!WCOREDUMP(status_of(SIGABRT, 0, RLIM_INFINITY, 0)));
        CHECK_ERRNO(ENOENT, access("core", F_OK));
        CHECK(!WCOREDUMP(status_of(SIGTERM, 0, RLIM_INFINITY, 1)));
        CHECK(WCOREDUMP(status_of(SIGABRT, 2, RLIM_INFINITY, 1)));
        contents();
        CHECK(WCOREDUMP(status_of(SIGSEGV, 0, 8192, 1)));
        struct stat cut;
        CHECK_EQUAL(0, stat("core", &cut));
        CHECK(cut.st_size <= 8192);
    }
    unlink("core");
    chdir("/");
    rmdir(directory);
    return check_done();
}
