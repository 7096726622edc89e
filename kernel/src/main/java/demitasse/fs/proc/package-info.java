/**
 * procfs, proc(5): the system as files. Texts are made in a kernel buffer when they are read from the start, as
 * seq_file of Linux makes them, so a program that keeps the file open and seeks back sees fresh numbers.
 *
 * <p>This package knows the formats and nothing of processes: what it tells comes through
 * {@link demitasse.fs.proc.Processes}, {@link demitasse.fs.proc.ProcessView} and {@link
 * demitasse.fs.proc.SystemView}, which boot implements. Inodes are made for each lookup; names are not cached, since
 * processes come and go unasked.
 */
@ColdPath("for people and their tools")
package demitasse.fs.proc;

import demitasse.base.annotation.ColdPath;
