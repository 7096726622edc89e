/** The Java half of the runtime in an image; called by code that the plugin writes, never by the kernel. */
package demitasse.compiler.runtime;
