/**
 * The system calls of sockets, one class per man page: local ones, unix(7), and those of the Internet, ip(7), which
 * {@code InetCalls} and {@code InetOptions} serve.
 */
package demitasse.syscall.net;
