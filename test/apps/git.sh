# options: --memory 512M
# source: deb:git,dash,coreutils
# Local repositories: init, add, commit, clone, log, fsck.
set -e
cd /tmp
git init -q made
cd made
git config user.email a@example.com
git config user.name A
echo hello > file
git add file
git commit -qm one
echo more >> file
git commit -qam two
git clone -q /tmp/made /tmp/cloned
cd /tmp/cloned
git log --format=%s
git fsck 2> /dev/null
wc -l < file
