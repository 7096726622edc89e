# options: --memory 512M
# source: deb:musl-tools,gcc,dash,coreutils
# A program that musl-gcc links inside the instance runs by musl's own dynamic loader, with threads, locale and a plugin.
set -e
cd /tmp
cat > plugin.c <<'C'
int plugged(int n) { return n * n; }
C
cat > main.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static __thread int mine;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sum;

static void *add(void *argument)
{
    for (int i = 0; i < 1000; i++) {
        mine += *(int *)argument;
    }
    pthread_mutex_lock(&lock);
    sum += mine;
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t threads[4];
    int steps[4] = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, add, &steps[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("threads %d\n", sum);
    void *library = dlopen("./plugin.so", RTLD_NOW);
    int (*plugged)(int) = (int (*)(int))dlsym(library, "plugged");
    printf("plugin %d\n", plugged(12));
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int loader = 0;
    while (fgets(line, sizeof line, maps)) {
        loader |= strstr(line, "musl") != NULL;
    }
    printf("loader %s\n", loader ? "musl" : "another");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execlp("expr", "expr", "6", "*", "7", (char *)NULL);
    }
    int status;
    printf("child %s\n", waitpid(child, &status, 0) == child && WIFEXITED(status) ? "ended" : "lost");
}
C
musl-gcc -O2 -shared -fPIC -o plugin.so plugin.c
musl-gcc -O2 -o main main.c
./main
