/** Annotations that the compiler module reads: what is a system call, what must not allocate. */
package demitasse.base.annotation;
