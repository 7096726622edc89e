/** Layouts: where the fields of each header stand, with the section that says so. The only place of raw memory here. */
package demitasse.net.wire;
