/**
 * The {@code demi} command: one class for each verb. It turns arguments into a source and an instance and
 * prints what comes out; everything else is in the other packages.
 *
 * <p>Exit status: the program's own for {@code run}; 125 when demi itself fails, as docker does. Every
 * failure is one sentence on standard error.
 */
package demitasse.tools.cli;
