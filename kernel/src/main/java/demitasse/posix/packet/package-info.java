/**
 * Sockets of frames, packet(7), as tcpdump and DHCP clients use them: copies of what passes through an interface,
 * filtered by classic BPF, read one by one or from a ring that the program has mapped: of slots, {@link
 * demitasse.posix.packet.SlotRing}, or of blocks, {@link demitasse.posix.packet.BlockRing}. Sockets of a {@link
 * demitasse.posix.packet.Fanout} have the frames shared out among them.
 */
package demitasse.posix.packet;
