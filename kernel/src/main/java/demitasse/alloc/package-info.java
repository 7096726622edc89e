/**
 * Memory for the kernel and its programs: frames ({@link demitasse.alloc.Pages}), small raw objects
 * ({@link demitasse.alloc.Slabs}) and the page tables that give frames to programs ({@link
 * demitasse.alloc.PageTable}).
 *
 * <p>Running out answers {@code NONE}, never an exception: the caller turns it into ENOMEM and leaves
 * everything as it was. Nothing here allocates Java objects after construction. RAM that was never asked for
 * is never touched: the host gives a page of memory on the first touch, and a machine that has just started
 * knows it to be zero. What is free again can go back ({@link demitasse.alloc.Pages#releaseStale}).
 *
 * <p>Tests wrap these by {@code alloc.watch}: counting, poison, failing every n-th time.
 */
package demitasse.alloc;
