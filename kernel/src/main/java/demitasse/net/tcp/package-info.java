/**
 * TCP, RFC 9293, with window scale, time stamps and PAWS (RFC 7323), SACK and D-SACK (2018, 2883), RACK-TLP (8985), PRR
 * (6937), CUBIC (9438), HyStart++ (9406), Eifel (3522), ECN (3168), SYN cookies (4987), the hardening of RFC 5961,
 * sequence numbers of RFC 6528, ports of RFC 6056, and urgent data as RFC 6093 describes it.
 *
 * <p>{@link demitasse.net.tcp.Tcp} is the protocol; a {@link demitasse.net.tcp.TcpConnection} has a {@code Sender} and
 * a {@code Receiver}. Sequence numbers become positions, longs that never wrap, where a segment comes in. Nothing is
 * allocated for a segment; a connection costs its objects, and memory only while it holds data. What sendfile(2) sends
 * is not copied where the device gathers: the pages of the file are lent, {@link demitasse.net.wire.StreamBuffer}. Nor
 * is what comes in large packets, which wait there for the program.
 */
package demitasse.net.tcp;
