/**
 * Raw memory behind one facade, {@link demitasse.base.memory.Memory}: machine instructions in an image, checked
 * memory on HotSpot. Together with the other packages that import it this is the "unsafe ring"; everything else
 * passes addresses on.
 */
package demitasse.base.memory;
