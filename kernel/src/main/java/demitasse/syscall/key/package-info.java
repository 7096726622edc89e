/** System calls about keys, keyrings(7), one class per man page; the objects are {@code posix.key}. */
package demitasse.syscall.key;
