package demitasse.net.udp;

import static demitasse.base.error.Errno.EADDRINUSE;
import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.net.ip.IpLayer;

/** The groups that one socket has joined, and where: ip(7) IP_ADD_MEMBERSHIP. */
final class Memberships {
    /** igmp_max_memberships. */
    static final int GROUPS_MAX = 20;

    private final long[] highs = new long[GROUPS_MAX];
    private final long[] lows = new long[GROUPS_MAX];
    private final int[] interfaces = new int[GROUPS_MAX];
    private int count;

    int join(IpLayer ip, long high, long low, int interfaceIndex) {
        int index = count == GROUPS_MAX ? -ENOBUFS : ip.join(high, low, interfaceIndex);
        if (index < 0) {
            return index;
        }
        if (find(high, low, index) >= 0) {
            ip.leave(high, low, index);
            return -EADDRINUSE;
        }
        highs[count] = high;
        lows[count] = low;
        interfaces[count++] = index;
        return 0;
    }

    /** @param interfaceIndex 0 for any */
    int find(long high, long low, int interfaceIndex) {
        for (int i = 0; i < count; i++) {
            if (lows[i] == low && highs[i] == high && (interfaceIndex == 0 || interfaces[i] == interfaceIndex)) {
                return i;
            }
        }
        return -1;
    }

    int leave(IpLayer ip, long high, long low, int interfaceIndex) {
        int index = find(high, low, interfaceIndex);
        if (index < 0) {
            return -EADDRNOTAVAIL;
        }
        ip.leave(high, low, interfaces[index]);
        count--;
        highs[index] = highs[count];
        lows[index] = lows[count];
        interfaces[index] = interfaces[count];
        return 0;
    }

    void leaveAll(IpLayer ip) {
        while (count > 0) {
            leave(ip, highs[count - 1], lows[count - 1], interfaces[count - 1]);
        }
    }
}
