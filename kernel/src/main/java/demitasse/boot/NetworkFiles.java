package demitasse.boot;

import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Text;
import demitasse.net.stack.NameServers;
import demitasse.vfs.Name;

/**
 * What a C library reads to find hosts, resolv.conf(5) and hosts(5), as container engines provide it: the first where
 * name servers are known, the second where the image has none. Routers may tell of name servers later: the first file
 * is then made anew, unless a program has changed it.
 */
final class NetworkFiles {
    private static final int TEXT_BYTES_MAX = 1024;
    private static final String SERVERS = "/etc/resolv.conf";

    private final CommandLine line;
    private final Network network;
    private final Text text;
    private final Name value = new Name();
    private final Tree tree;
    private final NameServers ofRouters;
    /** When the file of name servers became what it was when this looked last. */
    private long serversNs;

    NetworkFiles(CommandLine line, Network network, Tree tree, NameServers ofRouters, Allocator slabs) {
        this.line = line;
        this.network = network;
        this.tree = tree;
        this.ofRouters = ofRouters;
        long memory = slabs.allocate(TEXT_BYTES_MAX, 8);
        text = new Text().set(memory, memory == Allocator.NONE ? 0 : TEXT_BYTES_MAX);
    }

    /** 0, -ENOMEM or -ENOSPC; an image that has something else in the places of the files goes without them. */
    int write() {
        int error = tree.directory("/etc", 0755);
        error = error < 0 ? error : servers();
        if (error == 0) {
            hosts();
            error = tree.file("/etc/hosts", text, false);
        }
        ofRouters.setListener(this::serversChanged);
        return error == -ENOMEM || error == -ENOSPC ? error : 0;
    }

    private int servers() {
        text.clear();
        network.nameServers(text, ofRouters);
        int error = text.length() > 0 ? tree.file(SERVERS, text, true) : 0;
        serversNs = tree.changedNs(SERVERS);
        return error;
    }

    /** Without memory for it, the file stays as it was. */
    private void serversChanged() {
        if (tree.changedNs(SERVERS) == serversNs) {
            servers();
        }
    }

    private void hosts() {
        text.clear();
        text.add("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        if (!network.address(text, false)) {
            text.add("127.0.1.1");
        }
        name();
        if (network.address(text, true)) {
            name();
        }
    }

    private void name() {
        text.character('\t');
        if (line.find("hostname", value)) {
            text.bytes(value.address(), value.length());
        } else {
            text.add("demitasse");
        }
        text.newline();
    }
}
