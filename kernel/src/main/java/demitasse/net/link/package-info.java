/**
 * Ethernet: frames, and the hardware addresses of neighbours, which ARP (RFC 826) and neighbour discovery (RFC 4861)
 * find and a bounded cache keeps. What is said over IPv6 is made by {@code net.stack}.
 */
package demitasse.net.link;
