/** End-to-end tests: programs run by {@code ./demi run} as a user would, on every platform that the machine has. */
package demitasse.test.run;
