/**
 * Netlink, netlink(7): questions to the kernel as messages, and its answers. {@link demitasse.posix.netlink.Netlink}
 * knows the sockets; {@code RouteFamily} answers rtnetlink(7) as {@code ip} and getifaddrs(3) use it, {@code
 * DiagnosisFamily} answers sock_diag(7) as {@code ss} uses it, {@code GenericFamily} those who look for a family by its
 * name. Answers to dumps are written when a program reads, so that a long table takes no more memory than one message
 * of it.
 */
package demitasse.posix.netlink;
