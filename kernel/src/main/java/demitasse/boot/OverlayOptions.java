package demitasse.boot;

import demitasse.vfs.Name;

/** The options of mount(8) for overlay: lowerdir, upperdir and workdir; those that only tune are ignored. */
final class OverlayOptions {
    final Name lower = new Name();
    final Name upper = new Name();
    final Name work = new Name();
    private final Name key = new Name();

    /** False when something is missing, repeated in a way that is not supported, or unknown. */
    boolean parse(Name options) {
        int start = 0;
        while (start < options.length()) {
            int end = start;
            int equals = -1;
            while (end < options.length() && options.at(end) != ',') {
                equals = equals < 0 && options.at(end) == '=' ? end : equals;
                end++;
            }
            if (end > start && !take(options, start, equals, end)) {
                return false;
            }
            start = end + 1;
        }
        return lower.length() > 0 && upper.length() > 0 && work.length() > 0;
    }

    private boolean take(Name options, int start, int equals, int end) {
        key.set(options.address() + start, (equals < 0 ? end : equals) - start);
        if (equals < 0) {
            return key.is("userxattr");
        }
        Name target = key.is("lowerdir") ? lower : key.is("upperdir") ? upper : key.is("workdir") ? work : null;
        if (target == null) {
            return key.is("index") || key.is("xino") || key.is("redirect_dir") || key.is("metacopy")
                    || key.is("nfs_export") || key.is("uuid");
        }
        target.set(options.address() + equals + 1, end - equals - 1);
        for (int i = 0; i < target.length(); i++) {
            if (target.at(i) == ':') {
                return false;
            }
        }
        return true;
    }
}
