package demitasse.boot;

import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Text;
import demitasse.vfs.Name;

/**
 * What a C library reads to find hosts, resolv.conf(5) and hosts(5), as container engines provide it: the first for the
 * servers of {@code dns=A.B.C.D[,…]}, the second where the image has none.
 */
final class NetworkFiles {
    private static final int TEXT_BYTES_MAX = 1024;

    private final CommandLine line;
    private final Text text;
    private final Name value = new Name();

    NetworkFiles(CommandLine line, Allocator slabs) {
        this.line = line;
        long memory = slabs.allocate(TEXT_BYTES_MAX, 8);
        text = new Text().set(memory, memory == Allocator.NONE ? 0 : TEXT_BYTES_MAX);
    }

    /** 0, -ENOMEM or -ENOSPC; an image that has something else in the places of the files goes without them. */
    int write(Tree tree) {
        int error = tree.directory("/etc", 0755);
        if (error == 0 && line.find("dns", value)) {
            servers();
            error = tree.file("/etc/resolv.conf", text, true);
        }
        if (error == 0) {
            hosts();
            error = tree.file("/etc/hosts", text, false);
        }
        return error == -ENOMEM || error == -ENOSPC ? error : 0;
    }

    private void servers() {
        text.clear();
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || value.at(i) == ',') {
                text.add("nameserver ").bytes(value.address() + start, i - start).newline();
                start = i + 1;
            }
        }
    }

    private void hosts() {
        text.clear();
        text.add("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (line.find("ip", value)) {
            int bytes = 0;
            while (bytes < value.length() && value.at(bytes) != '/') {
                bytes++;
            }
            text.bytes(value.address(), bytes).character('\t');
        } else {
            text.add("127.0.1.1\t");
        }
        if (line.find("hostname", value)) {
            text.bytes(value.address(), value.length());
        } else {
            text.add("demitasse");
        }
        text.newline();
    }
}
