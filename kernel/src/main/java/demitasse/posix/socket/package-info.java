/**
 * Sockets of the local kind, unix(7): streams, datagrams and sequenced packets between programs of one instance, with
 * open files and credentials passed along. Data stands in a {@link demitasse.posix.file.Pipe} at the receiving end; a
 * {@link demitasse.posix.socket.Packet} marks where a message begins if that matters.
 */
package demitasse.posix.socket;
