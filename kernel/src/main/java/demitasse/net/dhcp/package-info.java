/**
 * The clients of DHCP. That for IPv4, RFC 2131: asks at boot, renews for as long as the instance runs, takes over
 * what a renewal brings, and gives the address up when its time is over. It is tested against a scripted server on
 * HotSpot ({@code DhcpClientTest}) and against dnsmasq in images. Not done: the probe for another host with the
 * address (RFC 2131 §2.2), INIT-REBOOT, and options other than mask, router and name servers.
 *
 * <p>That for IPv6, RFC 8415, begins when a router says so, keeps one address and takes over servers of names ({@code
 * Dhcp6ClientTest}; by hand against dnsmasq). Not done: prefixes, rapid commit, DECLINE, RELEASE, CONFIRM and
 * RECONFIGURE.
 */
@ColdPath("once in a lease")
package demitasse.net.dhcp;

import demitasse.base.annotation.ColdPath;
