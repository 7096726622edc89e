/** Ethernet: frames, and the hardware addresses of neighbours, which ARP finds (RFC 826) and a bounded cache keeps. */
package demitasse.net.link;
