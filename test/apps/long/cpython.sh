# options: --memory 1G -w /tmp
# source: deb:python3,libpython3.11-testsuite,netbase,bash,dash,coreutils,grep,sed
# limit: 3600
# CPython's own tests of what it asks from a system. What is left out, and why:
#   test_socket   *UDP6*, *ipv6_scopeid*, *UDPLITE*: IPv6's ancillary data and scopes, and UDP-Lite (RFC 3828) are missing
#   test_socket   testInterfaceNameIndex: if_nameindex(3) asks by netlink, which is missing
#   test_fcntl    is not run whole: F_NOTIFY (dnotify) is missing; test_ioctl wants a terminal
#   test_multiprocessing_*  only what these names choose: all of it takes an hour on two shared cores
cd /tmp
# --timeout: what may take 30 seconds on a fast machine may take 120, under emulation by QEMU.
suite() { # suite NAME ARGUMENT...: prints how it ended, and everything when it failed
  name=$1
  if python3 -m test --timeout 4800 "$@" > "$name.txt" 2>&1 && grep -q '^1 test OK\.' "$name.txt"; then
    echo "$name passes"
  else
    echo "$name FAILS"
    cat "$name.txt"
  fi
}
suite test_os
suite test_posix
suite test_subprocess
suite test_threading
suite test_thread
suite test_signal
suite test_mmap
suite test_select
suite test_poll
suite test_epoll
suite test_selectors
suite test_pty
suite test_wait4
suite test_fork1
suite test_fcntl -i test_fcntl_64_bit
suite test_socket -i '*UDP6*' -i '*ipv6_scopeid*' -i '*UDPLITE*' -i testInterfaceNameIndex
suite test_asyncio
for way in fork spawn; do
  suite test_multiprocessing_$way -m '*WithProcessesTestProcess.*' -m '*WithProcessesTestQueue.*' \
    -m '*WithProcessesTestLock.*' -m '*WithProcessesTestSemaphore.*' -m '*WithProcessesTestEvent.*' \
    -m '*WithProcessesTestValue.*' -m '*WithProcessesTestConnection.*' -m '*WithProcessesTestSharedMemory.*' \
    -m '*WithProcessesTestPicklingConnections.*'
done
