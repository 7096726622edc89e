/** What the plugin refuses, and in which words. */
package demitasse.compiler.rules;
