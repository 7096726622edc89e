/**
 * UDP, RFC 768: endpoints with queues of whole datagrams, bounded by what they hold in memory, and the groups that they
 * listen to.
 */
package demitasse.net.udp;
