/**
 * Endpoints below the transports: raw(7), which see every packet of a protocol, and those of icmp(7), which ask for
 * echoes. Both get copies; the protocols work as if nobody looked on.
 */
package demitasse.net.raw;
