/** System calls of sysvipc(7) and mq_overview(7), one class per man page. */
package demitasse.syscall.ipc;
