/**
 * UDP, RFC 768: endpoints with queues of whole datagrams, bounded by the memory that Linux counts for these, and the
 * groups that they listen to.
 */
package demitasse.net.udp;
