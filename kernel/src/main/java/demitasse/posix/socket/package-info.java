/**
 * Sockets of the local kind, unix(7): streams, datagrams and sequenced packets between programs of one instance, with
 * open files and credentials passed along. Data stands in a {@link demitasse.posix.file.Pipe} at the receiving end; a
 * {@link demitasse.posix.socket.Packet} marks where a message begins if that matters. Sockets that only messages hold,
 * {@link demitasse.posix.socket.UnixSockets} finds and frees. An urgent byte is a message too, {@link
 * demitasse.posix.socket.LocalUrgent}.
 *
 * <p>Those of the network are {@link demitasse.posix.socket.NetSocket}s: what all have in common stands there, what the
 * Internet's have in {@link demitasse.posix.socket.InetSocket}; those of netlink(7) and packet(7) have packages of
 * their own.
 */
package demitasse.posix.socket;
