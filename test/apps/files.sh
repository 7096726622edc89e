# source: deb:coreutils,findutils,tar,dash
# Everyday use of coreutils, findutils and tar.
cd /tmp
mkdir -p a/b/c
touch a/1.txt a/b/2.txt a/b/c/3.log
ln -s ../1.txt a/b/link
cp -a a z
mv z/b/c z/d
find a -type f -name '*.txt' | sort
find z -type l -exec readlink {} \;
du -a z | wc -l
printf 'b 2\na 1\n' | sort -k2n | paste -sd,
seq 5 | xargs -n2 echo
ls -l a | cut -c1-10 | tail -2
tar cf t.tar a
rm -r a
tar xf t.tar
find a | wc -l
sha256sum a/1.txt | cut -c1-8
chmod 640 a/1.txt
stat -c %a a/1.txt
env -i A=1 env
timeout 1 sleep 5
echo $?
