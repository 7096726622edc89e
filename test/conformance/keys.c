/* Keys and keyrings: add_key(2), request_key(2), keyctl(2), keyrings(7), /proc/keys. */
#include "child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define POS_ALL 0x3f000000

typedef int32_t serial_t;

static long add_key(const char *type, const char *name, const void *payload, size_t length, serial_t ring)
{
    return syscall(SYS_add_key, type, name, payload, length, ring);
}

static long request_key(const char *type, const char *name, const char *callout, serial_t ring)
{
    return syscall(SYS_request_key, type, name, callout, ring);
}

static long control(int option, long a, long b, long c, long d)
{
    return syscall(SYS_keyctl, option, a, b, c, d);
}

static char described[5000];

static const char *describe(serial_t key)
{
    memset(described, 0, sizeof(described));
    long length = control(KEYCTL_DESCRIBE, key, (long)described, sizeof(described), 0);
    return length < 0 ? "?" : described;
}

static void new_session(void)
{
    CHECK(control(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) > 0);
}

static void adding(void)
{
    static char big[40000];
    static char name[5000];
    new_session();
    serial_t key = add_key("user", "one", "payload", 7, KEY_SPEC_SESSION_KEYRING);
    CHECK(key > 0);
    CHECK_EQUAL(0, strcmp("user;0;0;3f010000;one", describe(key)));
    CHECK_EQUAL(key, add_key("user", "one", "other", 5, KEY_SPEC_SESSION_KEYRING));
    char read[16] = "";
    CHECK_EQUAL(5, control(KEYCTL_READ, key, (long)read, sizeof(read), 0));
    CHECK_EQUAL(0, memcmp(read, "other", 6));
    memset(read, 0, sizeof(read));
    CHECK_EQUAL(5, control(KEYCTL_READ, key, (long)read, 3, 0));
    CHECK_EQUAL(0, read[0]);
    CHECK_EQUAL(5, control(KEYCTL_READ, key, 0, 0, 0));
    CHECK_ERRNO(EFAULT, control(KEYCTL_READ, key, 8, 5, 0));

    CHECK_ERRNO(EINVAL, add_key("user", "two", NULL, 0, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EFAULT, add_key("user", "two", NULL, 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("user", "two", big, 32768, KEY_SPEC_SESSION_KEYRING));
    CHECK(add_key("user", "two", big, 32767, KEY_SPEC_SESSION_KEYRING) > 0);
    CHECK_ERRNO(EINVAL, add_key("user", "two", big, 1 << 20, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("user", "", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("user", NULL, "x", 1, KEY_SPEC_SESSION_KEYRING));
    memset(name, 'n', sizeof(name) - 1);
    CHECK_ERRNO(EINVAL, add_key("user", name, "x", 1, KEY_SPEC_SESSION_KEYRING));
    name[4095] = 0;
    CHECK(add_key("user", name, "x", 1, KEY_SPEC_SESSION_KEYRING) > 0);
    CHECK_ERRNO(EFAULT, add_key((char *)8, "n", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EFAULT, add_key("user", (char *)8, "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EPERM, add_key(".user", "n", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EPERM, add_key("keyring", ".n", NULL, 0, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("", "n", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("a-type-whose-name-is-too-long-for-one", "n", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(ENODEV, add_key("no_such_type", "n", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("keyring", "n", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("user", "n", "x", 1, KEY_SPEC_GROUP_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("user", "n", "x", 1, -20));
    CHECK_ERRNO(ENOTDIR, control(KEYCTL_CLEAR, key, 0, 0, 0));
    CHECK_ERRNO(ENOTDIR, add_key("user", "n", "x", 1, key));

    CHECK_ERRNO(EINVAL, add_key("logon", "plain", "x", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_ERRNO(EINVAL, add_key("logon", ":plain", "x", 1, KEY_SPEC_SESSION_KEYRING));
    serial_t logon = add_key("logon", "ltp:secret", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK(logon > 0);
    CHECK_EQUAL(0, strcmp("logon;0;0;3d010000;ltp:secret", describe(logon)));
    CHECK_ERRNO(EOPNOTSUPP, control(KEYCTL_READ, logon, (long)read, sizeof(read), 0));
    CHECK_EQUAL(sizeof("user;0;0;3f010000;one"), control(KEYCTL_DESCRIBE, key, (long)described, 3, 0));
}

static void rings(void)
{
    new_session();
    serial_t ring = add_key("keyring", "ring", NULL, 0, KEY_SPEC_SESSION_KEYRING);
    serial_t inner = add_key("keyring", "inner", NULL, 0, ring);
    serial_t key = add_key("user", "deep", "x", 1, inner);
    CHECK_EQUAL(0, strcmp("keyring;0;0;3f010000;ring", describe(ring)));
    CHECK_EQUAL(key, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"deep", 0));
    CHECK_EQUAL(ring, control(KEYCTL_SEARCH, ring, (long)"keyring", (long)"ring", 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"shallow", 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"no_type", (long)"deep", 0));
    CHECK_ERRNO(ENOTDIR, control(KEYCTL_SEARCH, key, (long)"user", (long)"other", 0));
    CHECK_ERRNO(EDEADLK, control(KEYCTL_LINK, ring, inner, 0, 0));
    CHECK_ERRNO(EDEADLK, control(KEYCTL_LINK, ring, ring, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_LINK, key, ring, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_LINK, key, ring, 0, 0));
    serial_t listed[4] = {0};
    CHECK_EQUAL(8, control(KEYCTL_READ, ring, (long)listed, sizeof(listed), 0));
    CHECK((listed[0] == inner && listed[1] == key) || (listed[0] == key && listed[1] == inner));
    memset(listed, 0, sizeof(listed));
    CHECK_EQUAL(8, control(KEYCTL_READ, ring, (long)listed, 4, 0));
    CHECK_EQUAL(0, listed[0]);
    CHECK_EQUAL(0, control(KEYCTL_UNLINK, key, ring, 0, 0));
    CHECK_ERRNO(ENOENT, control(KEYCTL_UNLINK, key, ring, 0, 0));
    CHECK_EQUAL(key, control(KEYCTL_SEARCH, inner, (long)"user", (long)"deep", KEY_SPEC_SESSION_KEYRING));
    CHECK_EQUAL(0, control(KEYCTL_CLEAR, ring, 0, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_READ, ring, (long)listed, sizeof(listed), 0));

    serial_t chain[8] = {ring};
    for (int i = 1; i < 8; i++) {
        char name[8];
        snprintf(name, sizeof(name), "c%d", i);
        chain[i] = add_key("keyring", name, NULL, 0, chain[i - 1]);
        CHECK(chain[i] > 0);
    }
    /* What is too deep to be found is not possessed. */
    CHECK_ERRNO(EACCES, add_key("keyring", "c8", NULL, 0, chain[7]));
    serial_t top = add_key("keyring", "top", NULL, 0, KEY_SPEC_PROCESS_KEYRING);
    CHECK_ERRNO(ELOOP, control(KEYCTL_LINK, ring, top, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_LINK, chain[5], top, 0, 0));
}

static void states(void)
{
    new_session();
    serial_t key = add_key("user", "gone", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK_EQUAL(0, control(KEYCTL_REVOKE, key, 0, 0, 0));
    CHECK_ERRNO(EKEYREVOKED, control(KEYCTL_READ, key, 0, 0, 0));
    CHECK_ERRNO(EKEYREVOKED, control(KEYCTL_REVOKE, key, 0, 0, 0));
    CHECK_ERRNO(EKEYREVOKED, control(KEYCTL_DESCRIBE, key, 0, 0, 0));
    CHECK_ERRNO(EKEYREVOKED, request_key("user", "gone", NULL, 0));
    CHECK_ERRNO(EKEYREVOKED, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"gone", 0));
    serial_t again = add_key("user", "gone", "y", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK(again > 0 && again != key);
    CHECK_ERRNO(ENOKEY, control(KEYCTL_READ, INT32_MAX - 5, 0, 0, 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_REVOKE, INT32_MAX - 5, 0, 0, 0));

    serial_t late = add_key("user", "late", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK_EQUAL(0, control(KEYCTL_SET_TIMEOUT, late, 1, 0, 0));
    serial_t never = add_key("user", "never", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK_EQUAL(0, control(KEYCTL_SET_TIMEOUT, never, 1, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_SET_TIMEOUT, never, 0, 0, 0));
    serial_t updated = add_key("user", "updated", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK_EQUAL(0, control(KEYCTL_SET_TIMEOUT, updated, 1, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_UPDATE, updated, (long)"yy", 2, 0));
    usleep(2100000);
    CHECK_ERRNO(EKEYEXPIRED, control(KEYCTL_READ, late, 0, 0, 0));
    CHECK_ERRNO(EKEYEXPIRED, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"late", 0));
    /* Somebody may be asked for a new one. */
    CHECK_ERRNO(ENOKEY, request_key("user", "late", NULL, 0));
    CHECK_EQUAL(1, control(KEYCTL_READ, never, 0, 0, 0));
    CHECK_EQUAL(2, control(KEYCTL_READ, updated, 0, 0, 0));

    CHECK_EQUAL(0, control(KEYCTL_INVALIDATE, never, 0, 0, 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_REVOKE, never, 0, 0, 0));
    CHECK_ERRNO(EINVAL, control(KEYCTL_UPDATE, updated, 0, 0, 0));
    CHECK_ERRNO(EINVAL, control(KEYCTL_UPDATE, updated, (long)"yy", 4097, 0));
    CHECK_ERRNO(EOPNOTSUPP, control(KEYCTL_UPDATE, KEY_SPEC_SESSION_KEYRING, 0, 0, 0));
    CHECK_ERRNO(EOPNOTSUPP, control(1000, 0, 0, 0, 0));
    CHECK_ERRNO(EPERM, control(KEYCTL_INSTANTIATE, again, (long)"x", 1, 0));
    CHECK_ERRNO(EPERM, control(KEYCTL_NEGATE, again, 10, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_ASSUME_AUTHORITY, 0, 0, 0, 0));
    CHECK_ERRNO(EINVAL, control(KEYCTL_ASSUME_AUTHORITY, -1, 0, 0, 0));
}

static void rights(void)
{
    new_session();
    serial_t key = add_key("user", "mine", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK_ERRNO(EINVAL, control(KEYCTL_SETPERM, key, 0x40000000, 0, 0));
    CHECK_EQUAL(0, control(KEYCTL_SETPERM, key, POS_ALL & ~0x04000000, 0, 0));
    CHECK_ERRNO(EACCES, control(KEYCTL_UPDATE, key, (long)"y", 1, 0));
    CHECK_ERRNO(EACCES, add_key("user", "mine", "y", 1, KEY_SPEC_SESSION_KEYRING));
    CHECK_EQUAL(0, control(KEYCTL_REVOKE, key, 0, 0, 0));

    serial_t hidden = add_key("user", "hidden", "x", 1, KEY_SPEC_SESSION_KEYRING);
    /* Without the right to search it, nobody possesses it. */
    CHECK_EQUAL(0, control(KEYCTL_SETPERM, hidden, (POS_ALL & ~0x08000000) | 0x20 << 16, 0, 0));
    CHECK_ERRNO(EACCES, control(KEYCTL_READ, hidden, 0, 0, 0));
    CHECK_ERRNO(EACCES, control(KEYCTL_DESCRIBE, hidden, 0, 0, 0));
    CHECK_ERRNO(EACCES, request_key("user", "hidden", NULL, 0));
    CHECK_EQUAL(0, control(KEYCTL_SETPERM, hidden, POS_ALL, 0, 0));
    CHECK_EQUAL(1, control(KEYCTL_READ, hidden, 0, 0, 0));
    /* There is no label, or one of a security module. */
    char label[256] = "x";
    long labelled = control(KEYCTL_GET_SECURITY, hidden, (long)label, sizeof label, 0);
    CHECK(labelled >= 1 && label[labelled - 1] == 0);
    CHECK_ERRNO(ENOKEY, control(KEYCTL_GET_SECURITY, 0x7ffffff0, 0, 0, 0));

    CHECK_EQUAL(0, control(KEYCTL_CHOWN, hidden, -1, -1, 0));
    CHECK_EQUAL(0, control(KEYCTL_CHOWN, hidden, 1234, 77, 0));
    CHECK_EQUAL(0, strcmp("user;1234;77;3f000000;hidden", describe(hidden)));
    if (setresgid(5, 5, 5) == 0 && setresuid(1234, 1234, 1234) == 0) {
        CHECK_ERRNO(EACCES, control(KEYCTL_CHOWN, hidden, 1, -1, 0));
        CHECK_ERRNO(EACCES, control(KEYCTL_CHOWN, hidden, -1, 9, 0));
        CHECK_EQUAL(0, control(KEYCTL_CHOWN, hidden, -1, 5, 0));
        CHECK_EQUAL(0, control(KEYCTL_SETPERM, hidden, POS_ALL, 0, 0));
    }
}

static void requests(void)
{
    new_session();
    serial_t ring = add_key("keyring", "ring", NULL, 0, KEY_SPEC_SESSION_KEYRING);
    serial_t key = add_key("user", "there", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK_EQUAL(key, request_key("user", "there", NULL, 0));
    CHECK_EQUAL(key, request_key("user", "there", NULL, ring));
    CHECK_EQUAL(4, control(KEYCTL_READ, ring, 0, 0, 0));
    CHECK_ERRNO(ENOKEY, request_key("user", "absent", NULL, 0));
    CHECK_ERRNO(ENOKEY, request_key("no_such_type", "absent", NULL, 0));
    CHECK_ERRNO(EPERM, request_key(".user", "absent", NULL, 0));
    CHECK_ERRNO(EFAULT, request_key("user", (char *)8, NULL, 0));
    CHECK_ERRNO(EFAULT, request_key("user", "absent", (char *)8, 0));
    CHECK_ERRNO(ENOKEY, request_key("user", "absent", NULL, INT32_MAX - 5));

    /* Whom nobody makes becomes negative, in the keyring that was named. */
    CHECK(request_key("user", "made", "please", KEY_SPEC_PROCESS_KEYRING) == -1
          && (errno == ENOENT || errno == ENOKEY));
    serial_t negative = 0;
    CHECK_EQUAL(4, control(KEYCTL_READ, KEY_SPEC_PROCESS_KEYRING, (long)&negative, 4, 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_READ, negative, 0, 0, 0));
    CHECK_EQUAL(0, strcmp("user;0;0;3f010000;made", describe(negative)));
    CHECK_ERRNO(ENOKEY, request_key("user", "made", NULL, 0));
    CHECK_EQUAL(negative, add_key("user", "made", "x", 1, KEY_SPEC_PROCESS_KEYRING));
    CHECK_EQUAL(negative, request_key("user", "made", NULL, 0));

    /* Only with the right to write. */
    new_session();
    CHECK_EQUAL(0, control(KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, 0x0b000000, 0, 0));
    CHECK_EQUAL(KEY_REQKEY_DEFL_DEFAULT,
                control(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_SESSION_KEYRING, 0, 0, 0));
    CHECK_EQUAL(KEY_REQKEY_DEFL_SESSION_KEYRING,
                control(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_NO_CHANGE, 0, 0, 0));
    CHECK_ERRNO(EINVAL, control(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_GROUP_KEYRING, 0, 0, 0));
    CHECK_ERRNO(EACCES, request_key("user", "desc", "callout", 0));
    CHECK_EQUAL(0, control(KEYCTL_READ, KEY_SPEC_SESSION_KEYRING, 0, 0, 0));
    CHECK_ERRNO(EACCES, request_key("user", "desc", "callout", KEY_SPEC_SESSION_KEYRING));
}

static serial_t of_thread, other_thread;

static void *in_thread(void *unused)
{
    (void)unused;
    /* One of its own, as its maker has one. */
    other_thread = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0, 0, 0);
    of_thread = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0);
    return NULL;
}

static void inheritance(void)
{
    pthread_t thread;
    CHECK_ERRNO(ENOKEY, control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0, 0, 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0));
    serial_t own = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1, 0, 0);
    CHECK_EQUAL(own, control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1, 0, 0));
    CHECK_EQUAL(0, strcmp("keyring;0;0;3f010000;_tid", describe(own)));
    serial_t process = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1, 0, 0);
    CHECK_EQUAL(0, strcmp("keyring;0;0;3f010000;_pid", describe(process)));
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
    CHECK_EQUAL(process, of_thread);
    CHECK(other_thread > 0 && other_thread != own);
    new_session();
    serial_t session = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
    CHECK_EQUAL(0, strcmp("keyring;0;0;3f030000;_ses", describe(session)));
    int status;
    if (fork() == 0) {
        int same = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0) == session;
        int none = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0) == -1
            && control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0, 0, 0) == -1;
        new_session();
        _exit(same | none << 1);
    }
    wait(&status);
    CHECK_EQUAL(3, WEXITSTATUS(status));
    CHECK_EQUAL(session, control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0));

    serial_t named = control(KEYCTL_JOIN_SESSION_KEYRING, (long)"demitasse-keys-test", 0, 0, 0);
    CHECK_EQUAL(0, strcmp("keyring;0;0;3f130000;demitasse-keys-test", describe(named)));
    CHECK_ERRNO(EPERM, control(KEYCTL_JOIN_SESSION_KEYRING, (long)".hidden", 0, 0, 0));
    CHECK_ERRNO(EFAULT, control(KEYCTL_JOIN_SESSION_KEYRING, 8, 0, 0, 0));
    serial_t user = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0, 0, 0);
    serial_t of_user = control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_SESSION_KEYRING, 0, 0, 0);
    CHECK_EQUAL(0, strcmp("keyring;0;65534;1f3f0000;_uid.0", describe(user)));
    CHECK_EQUAL(0, strcmp("keyring;0;65534;1f3f0000;_uid_ses.0", describe(of_user)));
    CHECK_EQUAL(user, control(KEYCTL_SEARCH, of_user, (long)"keyring", (long)"_uid.0", 0));
    CHECK_ERRNO(EINVAL, control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_GROUP_KEYRING, 0, 0, 0));
    CHECK_ERRNO(ENOKEY, control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_REQKEY_AUTH_KEY, 0, 0, 0));
}

static int used_keys, max_keys, used_bytes, max_bytes;

static void usage(int uid)
{
    char line[128];
    FILE *users = fopen("/proc/key-users", "r");
    used_keys = used_bytes = -1;
    while (fgets(line, sizeof(line), users) != NULL) {
        int of;
        if (sscanf(line, "%d: %*d %*d/%*d %d/%d %d/%d", &of, &used_keys, &max_keys, &used_bytes, &max_bytes) == 5
            && of == uid) {
            fclose(users);
            return;
        }
    }
    fclose(users);
    used_keys = used_bytes = -1;
}

static void quotas(void)
{
    static char payload[20000];
    char line[256];
    CHECK(setresuid(4321, 4321, 4321) == 0);
    CHECK(add_key("user", "first", payload, 64, KEY_SPEC_THREAD_KEYRING) > 0);
    usage(4321);
    CHECK_EQUAL(2, used_keys);
    CHECK_EQUAL(200, max_keys);
    CHECK_EQUAL(20000, max_bytes);
    int before = used_bytes;
    CHECK(add_key("user", "test2", payload, 64, KEY_SPEC_THREAD_KEYRING) > 0);
    usage(4321);
    CHECK_EQUAL(5 + 1 + 64 + 4, used_bytes - before);
    int left = max_bytes - used_bytes;
    CHECK_ERRNO(EDQUOT, add_key("user", "test_xxx", payload, left - 9 - 4 + 1, KEY_SPEC_THREAD_KEYRING));
    serial_t whole = add_key("user", "test_max", payload, left - 9 - 4, KEY_SPEC_THREAD_KEYRING);
    CHECK(whole > 0);
    usage(4321);
    CHECK_EQUAL(max_bytes, used_bytes);
    CHECK_EQUAL(0, control(KEYCTL_UNLINK, whole, KEY_SPEC_THREAD_KEYRING, 0, 0));
    /* Linux frees it by and by. */
    for (int i = 0; i < 500 && used_bytes > max_bytes / 2; i++) {
        usleep(10000);
        usage(4321);
    }

    serial_t seen = add_key("user", "first", payload, 64, KEY_SPEC_THREAD_KEYRING);
    int found = 0;
    FILE *list = fopen("/proc/keys", "r");
    while (fgets(line, sizeof(line), list) != NULL) {
        found |= (serial_t)strtoul(line, NULL, 16) == seen
            && strstr(line, " I--Q---     1 perm 3f010000  4321     0 user      first: 64\n") != NULL;
    }
    fclose(list);
    CHECK(found);
    for (int i = 0; i < 400; i++) {
        snprintf(line, sizeof(line), "k%d", i);
        if (add_key("user", line, "x", 1, KEY_SPEC_THREAD_KEYRING) < 0) {
            break;
        }
    }
    CHECK_EQUAL(EDQUOT, errno);
    usage(4321);
    CHECK_EQUAL(200, used_keys);
}

/* Users have the numbers of the reader's namespace. */
static void in_namespace(void)
{
    char line[256];
    CHECK_EQUAL(0, setgroups(0, NULL));
    CHECK_EQUAL(0, setresgid(4322, 4322, 4322));
    CHECK_EQUAL(0, setresuid(4322, 4322, 4322));
    CHECK_EQUAL(0, prctl(PR_SET_DUMPABLE, 1));
    CHECK_EQUAL(0, unshare(CLONE_NEWUSER));
    int map = open("/proc/self/uid_map", O_WRONLY);
    CHECK_EQUAL(8, write(map, "7 4322 1", 8));
    close(map);
    new_session();
    serial_t key = add_key("user", "mapped", "x", 1, KEY_SPEC_SESSION_KEYRING);
    CHECK(key > 0);
    CHECK_EQUAL(0, strcmp("user;7;65534;3f010000;mapped", describe(key)));
    CHECK_ERRNO(EINVAL, control(KEYCTL_CHOWN, key, 4322, -1, 0));
    CHECK_ERRNO(EINVAL, control(KEYCTL_CHOWN, key, -1, 4322, 0));
    CHECK_EQUAL(0, control(KEYCTL_CHOWN, key, 7, -1, 0));
    int found = 0;
    FILE *list = fopen("/proc/keys", "r");
    while (fgets(line, sizeof(line), list) != NULL) {
        found |= (serial_t)strtoul(line, NULL, 16) == key && strstr(line, " 3f010000     7 65534 user ") != NULL;
    }
    fclose(list);
    CHECK(found);
    list = fopen("/proc/key-users", "r");
    CHECK(fgets(line, sizeof(line), list) != NULL && strncmp(line, "    7: ", 7) == 0);
    CHECK(fgets(line, sizeof(line), list) == NULL);
    fclose(list);
}

/* Keyrings in each other from the outside inwards: no way of this length is ever searched. */
static void chain(void)
{
    char name[16];
    new_session();
    serial_t inner = KEY_SPEC_SESSION_KEYRING;
    for (int i = 0; i < 5000 && check_failures == 0; i++) {
        snprintf(name, sizeof(name), "c%d", i);
        serial_t next = add_key("keyring", name, NULL, 0, KEY_SPEC_THREAD_KEYRING);
        CHECK(next > 0);
        CHECK_EQUAL(0, control(KEYCTL_SETPERM, next, POS_ALL | 0x3f0000, 0, 0));
        CHECK_EQUAL(0, control(KEYCTL_LINK, next, inner, 0, 0));
        CHECK_EQUAL(0, control(KEYCTL_UNLINK, next, KEY_SPEC_THREAD_KEYRING, 0, 0));
        inner = next;
    }
}

/* Each keyring of a level is linked to each of the next: a search that took every way would not end. */
static void grid(void)
{
    enum { LEVELS = 6, WIDTH = 10 };
    char name[16];
    serial_t rings[LEVELS][WIDTH];
    new_session();
    for (int level = 0; level < LEVELS; level++)
        for (int i = 0; i < WIDTH; i++) {
            snprintf(name, sizeof(name), "g%d.%d", level, i);
            rings[level][i] = add_key("keyring", name, NULL, 0,
                                      level == 0 ? KEY_SPEC_SESSION_KEYRING : rings[level - 1][0]);
            CHECK(rings[level][i] > 0);
            for (int above = 1; level > 0 && above < WIDTH; above++)
                CHECK_EQUAL(0, control(KEYCTL_LINK, rings[level][i], rings[level - 1][above], 0, 0));
        }
    CHECK_ERRNO(ENOKEY, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"absent", 0));
    serial_t key = add_key("user", "deep", "x", 1, rings[LEVELS - 1][WIDTH - 1]);
    CHECK_EQUAL(key, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"deep", 0));
    CHECK_ERRNO(EDEADLK, control(KEYCTL_LINK, rings[0][0], rings[LEVELS - 1][0], 0, 0));

    /* Too deep by the way through all levels, but not by a shorter one. */
    serial_t below = add_key("keyring", "below", NULL, 0, rings[LEVELS - 1][0]);
    key = add_key("user", "deeper", "x", 1, below);
    CHECK_ERRNO(ENOKEY, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"deeper", 0));
    CHECK_EQUAL(0, control(KEYCTL_LINK, rings[LEVELS - 1][0], rings[2][3], 0, 0));
    CHECK_EQUAL(key, control(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"deeper", 0));
}

int main(void)
{
    if (HOST_LACKS(control(KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0, 0, 0) < 0 && errno == ENOSYS)
        || HOST_LACKS(geteuid() != 0)) {
        return check_skipped("no keyrings, or not root");
    }
    CHECK_EQUAL(0, in_child(adding));
    CHECK_EQUAL(0, in_child(rings));
    CHECK_EQUAL(0, in_child(states));
    CHECK_EQUAL(0, in_child(rights));
    CHECK_EQUAL(0, in_child(requests));
    CHECK_EQUAL(0, in_child(inheritance));
    CHECK_EQUAL(0, in_child(quotas));
    CHECK_EQUAL(0, in_child(in_namespace));
    CHECK_EQUAL(0, in_child(chain));
    CHECK_EQUAL(0, in_child(grid));
    return check_done();
}
