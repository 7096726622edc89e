/** What drivers have in common with the machine they run on, whichever platform that is. */
package demitasse.device;
