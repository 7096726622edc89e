/**
 * The TCP/IP stack. It knows no file descriptor and no user memory, runs on one event loop, and is tested on HotSpot
 * with wires that lose, reorder and damage.
 *
 * <p>Lowest first: {@code wire} (layouts of headers, checksums, raw bytes), {@code ip} (addresses, routes, fragments),
 * {@code link} (Ethernet, neighbours), {@code icmp}, {@code udp}, {@code raw}, {@code tcp}, {@code dhcp},
 * {@code stack} (which puts them together).
 *
 * <p>An address is two longs, the 128 bits of an IPv6 address; an IPv4 address stands there mapped (RFC 4291 §2.5.5.2),
 * which is what a dual-stack socket shows anyway. Methods therefore take {@code high, low} pairs and nothing is
 * allocated for an address. Ports and sequence numbers are {@code int}; positions in a byte stream are {@code long}
 * and never wrap.
 */
package demitasse.net;
