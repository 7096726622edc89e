package demitasse.boot;

import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Text;
import demitasse.vfs.Name;

/**
 * What a C library reads to find hosts, resolv.conf(5) and hosts(5), as container engines provide it: the first where
 * name servers are known, the second where the image has none.
 */
final class NetworkFiles {
    private static final int TEXT_BYTES_MAX = 1024;

    private final CommandLine line;
    private final Network network;
    private final Text text;
    private final Name value = new Name();

    NetworkFiles(CommandLine line, Network network, Allocator slabs) {
        this.line = line;
        this.network = network;
        long memory = slabs.allocate(TEXT_BYTES_MAX, 8);
        text = new Text().set(memory, memory == Allocator.NONE ? 0 : TEXT_BYTES_MAX);
    }

    /** 0, -ENOMEM or -ENOSPC; an image that has something else in the places of the files goes without them. */
    int write(Tree tree) {
        int error = tree.directory("/etc", 0755);
        text.clear();
        network.nameServers(text);
        if (error == 0 && text.length() > 0) {
            error = tree.file("/etc/resolv.conf", text, true);
        }
        if (error == 0) {
            hosts();
            error = tree.file("/etc/hosts", text, false);
        }
        return error == -ENOMEM || error == -ENOSPC ? error : 0;
    }

    private void hosts() {
        text.clear();
        text.add("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (!network.address(text)) {
            text.add("127.0.1.1");
        }
        text.character('\t');
        if (line.find("hostname", value)) {
            text.bytes(value.address(), value.length());
        } else {
            text.add("demitasse");
        }
        text.newline();
    }
}
