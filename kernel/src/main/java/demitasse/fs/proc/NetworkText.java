package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** A text below /proc/net. */
final class NetworkText extends Content {
    private final NetworkView network;
    private final int kind;

    NetworkText(NetworkView network, int kind) {
        this.network = network;
        this.kind = kind;
    }

    @Override
    int write(Text out) {
        network.write(kind, out);
        return 0;
    }
}
