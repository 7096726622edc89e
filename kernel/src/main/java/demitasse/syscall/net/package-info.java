/**
 * The system calls of sockets, one class per man page: local ones, unix(7), and those of the network, which
 * {@code NetSocketCalls} serves; their options stand in one class for each level, {@code InetOptions} first.
 */
package demitasse.syscall.net;
