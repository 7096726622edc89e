/**
 * JSON as plain values, over Jackson's streaming core only: its data binding would cost more class loading at
 * the start of every {@code demi run} than all the rest of the command, and documents here are small and of
 * known shape.
 */
package demitasse.tools.json;
