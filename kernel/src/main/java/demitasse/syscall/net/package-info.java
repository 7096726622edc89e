/** The system calls of sockets, one class per man page. Only the local family, unix(7), exists so far. */
package demitasse.syscall.net;
