package demitasse.syscall.key;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.key.Key;
import demitasse.posix.key.KeyLookup;
import demitasse.posix.key.Keys;
import demitasse.posix.task.Call;

/** add_key(2). */
final class AddKey {
    private static final long PAYLOAD_BYTES_MAX = (1 << 20) - 1;

    private AddKey() {
    }

    @Syscall(value = "add_key", rejects = {"every type but keyring, user and logon"})
    static long addKey(Call call, long typeName, long description, long payload, long length, int keyring) {
        if (Long.compareUnsigned(length, PAYLOAD_BYTES_MAX) > 0) {
            return -EINVAL;
        }
        KeyNames names = new KeyNames(call);
        int type = names.type(typeName);
        if (names.error < 0) {
            return names.error;
        }
        byte[] name = description == 0 ? new byte[0] : names.name(description);
        if (name == null) {
            return names.error;
        }
        if (type == Key.KEYRING && name.length > 0 && name[0] == '.') {
            return -EPERM;
        }
        // No type takes more, so the rest need not be looked at.
        int taken = (int) Math.min(length, Keys.PAYLOAD_BYTES_MAX + 1L);
        long copy = call.scratch(taken);
        if (call.process().memory().copyIn(payload, copy, taken) < 0) {
            return -EFAULT;
        }
        KeyLookup lookup = new KeyLookup(call.instance().keys(), call.task());
        Key target = lookup.usable(keyring, Key.WRITE);
        if (target == null) {
            return lookup.error();
        }
        return type == Key.UNKNOWN ? -ENODEV
                : call.instance().keys().add(call.credentials(), target, lookup.isPossessed(), type, name, copy, taken);
    }
}
