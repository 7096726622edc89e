package demitasse.syscall.key;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOKEY;

import demitasse.base.annotation.Syscall;
import demitasse.posix.key.Key;
import demitasse.posix.key.KeyLookup;
import demitasse.posix.key.Keys;
import demitasse.posix.task.Call;

/** request_key(2). */
final class RequestKey {
    private RequestKey() {
    }

    @Syscall(value = "request_key", note = "As where there is no /sbin/request-key: nobody is asked to make a key.")
    static long requestKey(Call call, long typeName, long description, long callout, int keyring) {
        KeyNames names = new KeyNames(call);
        int type = names.type(typeName);
        byte[] name = names.error < 0 ? null : names.name(description);
        if (name != null && callout != 0) {
            names.name(callout);
        }
        if (names.error < 0) {
            return names.error;
        }
        KeyLookup lookup = new KeyLookup(call.instance().keys(), call.task());
        Key target = keyring == 0 ? null : lookup.usable(keyring, Key.WRITE);
        if (keyring != 0 && target == null) {
            return lookup.error();
        }
        if (type == Key.UNKNOWN) {
            return -ENOKEY;
        }
        Key found = lookup.search(type, name);
        if (found == null) {
            return lookup.error() != -EAGAIN ? lookup.error()
                    : callout == 0 ? -ENOKEY : construct(call, lookup, target, type, name);
        }
        return target == null ? found.serial : linked(call, target, found, true);
    }

    /** Links what was found to where it was wanted: its serial or -errno. */
    static long linked(Call call, Key target, Key found, boolean possessed) {
        int error = found.allows(call.credentials(), possessed, Key.LINK);
        error = error < 0 ? error : call.instance().keys().link(target, found);
        return error < 0 ? error : found.serial;
    }

    private static long construct(Call call, KeyLookup lookup, Key wanted, int type, byte[] name) {
        Keys keys = call.instance().keys();
        Key target = wanted != null ? wanted : lookup.destination();
        if (target == null) {
            return lookup.error();
        }
        int error = wanted != null ? 0 : target.allows(call.credentials(), true, Key.WRITE);
        error = error < 0 ? error : keys.addNegative(call.credentials(), target, type, name);
        return error < 0 ? error : -ENOENT;
    }
}
