/**
 * Allocators that wrap others to see, spoil or refuse what goes through them. For tests and debugging images.
 */
package demitasse.alloc.watch;
