/**
 * The stack as a whole: interfaces, addresses and routes, and the way of a packet through the layers.
 *
 * <p>{@code IpInput} and {@code IpOutput} are the two ways, with {@code ExtensionHeaders} and {@code Reassembly} beside
 * the first. Each interface has {@code Ndp} (RFC 4861), {@code Slaac} (RFC 4862, 7217, 8106) and {@code Groups} (IGMP,
 * MLD); {@code SourceChoice} is RFC 6724. All that strangers can make grow is bounded by a constant with a name, and
 * what is dropped is counted: {@code NetCounters}, and of the link in {@code EthernetLink}. Redirects are not followed.
 *
 * <p>Tests: {@code LoneStack} is a stack whose wire is the test, {@code Pair} two with a wire between.
 */
package demitasse.net.stack;
