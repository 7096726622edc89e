package demitasse.posix.netlink;

import demitasse.posix.socket.NetSocket;

/**
 * The rules that say which table is asked, which never change: local, main, and for IPv4 default. struct fib_rule_hdr:
 * 0 family, 1 target bits, 2 source bits, 3 service, 4 table, 7 action, 8 flags.
 */
final class RuleMessages extends Dump {
    private static final int PRIORITY = 6;
    private static final int TABLE = 15;
    private static final int TO_TABLE = 1;
    private static final int[] TABLES = {255, 254, 253};
    private static final int[] PRIORITIES = {0, 32_766, 32_767};

    private final int family;

    RuleMessages(NetlinkRequest request, int port) {
        super(request, port);
        family = request.byteAt(0);
    }

    @Override
    boolean write(NetlinkWriter out) {
        for (int of : new int[] {NetSocket.AF_INET, NetSocket.AF_INET6}) {
            for (int i = 0; i < (of == NetSocket.AF_INET ? 3 : 2); i++) {
                if ((family == 0 || family == of) && isDue()) {
                    begin(out, RouteFamily.NEW_RULE);
                    out.bytes4(of, 0, 0, 0);
                    out.bytes4(TABLES[i], 0, 0, TO_TABLE);
                    out.put4(0);
                    out.attribute4(TABLE, TABLES[i]);
                    out.attribute4(PRIORITY, PRIORITIES[i]);
                    if (!finish(out)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
