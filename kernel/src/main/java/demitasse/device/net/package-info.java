/**
 * Network devices and what moves between them and the stack: a {@link demitasse.device.net.Packet} has one owner at a
 * time, and ownership moves by return value, as {@link demitasse.device.net.NetDevice} says.
 */
package demitasse.device.net;
