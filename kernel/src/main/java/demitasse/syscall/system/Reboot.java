package demitasse.syscall.system;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** reboot(2). */
final class Reboot {
    private static final int MAGIC1 = 0xfee1_dead;
    /** LINUX_REBOOT_MAGIC2, 2A, 2B and 2C: birthdays. */
    private static final int MAGIC2 = 672_274_793;
    private static final int MAGIC2A = 85_072_278;
    private static final int MAGIC2B = 369_367_448;
    private static final int MAGIC2C = 537_993_216;
    private static final int CAD_OFF = 0;
    private static final int CAD_ON = 0x89ab_cdef;
    private static final int RESTART = 0x0123_4567;
    private static final int HALT = 0xcdef_0123;
    private static final int POWER_OFF = 0x4321_fedc;
    private static final int RESTART2 = 0xa1b2_c3d4;

    private Reboot() {
    }

    @Syscall(value = "reboot", ignores = {"LINUX_REBOOT_CMD_CAD_ON", "LINUX_REBOOT_CMD_CAD_OFF"},
            rejects = {"LINUX_REBOOT_CMD_KEXEC", "LINUX_REBOOT_CMD_SW_SUSPEND"},
            note = "Ends the instance with status 0; who started it may start it again. There is no keyboard.")
    static long reboot(Call call, int magic1, int magic2, int command, long argument) {
        if (!call.process().credentials().may(Credentials.CAP_SYS_BOOT)) {
            return -EPERM;
        }
        boolean meant = magic2 == MAGIC2 || magic2 == MAGIC2A || magic2 == MAGIC2B || magic2 == MAGIC2C;
        if (magic1 != MAGIC1 || !meant) {
            return -EINVAL;
        }
        switch (command) {
            case CAD_OFF, CAD_ON:
                return 0;
            case RESTART, RESTART2, HALT, POWER_OFF:
                call.instance().end(0);
                return 0;
            default:
                return -EINVAL;
        }
    }
}
