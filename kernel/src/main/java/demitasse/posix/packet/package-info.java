/**
 * Sockets of frames, packet(7), as tcpdump and DHCP clients use them: copies of what passes through an interface,
 * filtered by classic BPF, read one by one or from a ring that the program has mapped.
 */
package demitasse.posix.packet;
