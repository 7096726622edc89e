/** The stack as a whole: interfaces, addresses and routes, and the way of a packet through the layers. */
package demitasse.net.stack;
