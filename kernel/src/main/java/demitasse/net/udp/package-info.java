/** UDP, RFC 768: endpoints with queues of whole datagrams, bounded by what they hold in memory. */
package demitasse.net.udp;
