/** IP: which interface and next hop lead to an address, and what each protocol above may ask of the layer. */
package demitasse.net.ip;
