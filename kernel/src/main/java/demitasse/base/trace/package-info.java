/** What the kernel tells about itself: the {@link demitasse.base.trace.Log}. */
package demitasse.base.trace;
