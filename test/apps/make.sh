# options: --memory 1G
# source: deb:gcc,make,libc6-dev,dash,coreutils,findutils
# A small C project, two jobs at a time, compiled by Debian's gcc inside the instance.
set -e
mkdir /tmp/project
cd /tmp/project
for name in one two three four; do
  printf 'int %s(void) { return %d; }\n' $name ${#name} > $name.c
done
cat > main.c <<'HERE'
#include <stdio.h>
int one(void), two(void), three(void), four(void);
int main(void) { printf("%d\n", one() + two() + three() + four()); }
HERE
printf 'app: main.o one.o two.o three.o four.o\n\t@gcc -o $@ $^\n%%.o: %%.c\n\t@gcc -c -o $@ $<\n' > Makefile
make -s -j2
./app
find . -name '*.o' | xargs -n1 basename | sort | tr '\n' ' '
