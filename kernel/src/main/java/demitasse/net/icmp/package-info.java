/**
 * ICMP, RFC 792, and ICMPv6, RFC 4443: answers to echo, news of what did not arrive, path MTU discovery (RFC 1191,
 * RFC 8201).
 */
package demitasse.net.icmp;
