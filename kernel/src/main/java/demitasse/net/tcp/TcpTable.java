package demitasse.net.tcp;

import demitasse.base.annotation.ColdPath;
import demitasse.net.ip.KeyedHash;

/** All connections by their four numbers; the hash is keyed, so nobody can make one bucket long. */
final class TcpTable {
    private static final int INITIAL = 256;

    private final KeyedHash hash;
    private TcpConnection[] buckets = new TcpConnection[INITIAL];
    private int count;

    TcpTable(KeyedHash hash) {
        this.hash = hash;
    }

    int count() {
        return count;
    }

    int hash(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow, int remotePort) {
        return (int) hash.of(localHigh, localLow, remoteHigh, remoteLow, localPort << 16 | remotePort);
    }

    /** Null when there is none. */
    TcpConnection find(int hashCode, long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow,
            int remotePort) {
        TcpConnection c = buckets[hashCode & buckets.length - 1];
        while (c != null && !(c.remotePort == remotePort && c.localPort == localPort && c.remoteLow == remoteLow
                && c.localLow == localLow && c.remoteHigh == remoteHigh && c.localHigh == localHigh)) {
            c = c.nextInBucket;
        }
        return c;
    }

    void add(TcpConnection c) {
        if (count == buckets.length) {
            grow();
        }
        c.hash = hash(c.localHigh, c.localLow, c.localPort, c.remoteHigh, c.remoteLow, c.remotePort);
        insert(c);
        count++;
    }

    private void insert(TcpConnection c) {
        int bucket = c.hash & buckets.length - 1;
        c.nextInBucket = buckets[bucket];
        buckets[bucket] = c;
    }

    void remove(TcpConnection c) {
        int bucket = c.hash & buckets.length - 1;
        if (buckets[bucket] == c) {
            buckets[bucket] = c.nextInBucket;
        } else {
            TcpConnection before = buckets[bucket];
            while (before.nextInBucket != c) {
                before = before.nextInBucket;
            }
            before.nextInBucket = c.nextInBucket;
        }
        c.nextInBucket = null;
        count--;
    }

    int buckets() {
        return buckets.length;
    }

    TcpConnection bucket(int index) {
        return buckets[index];
    }

    @ColdPath("the table doubles while connections become more")
    private void grow() {
        TcpConnection[] old = buckets;
        buckets = new TcpConnection[old.length * 2];
        for (TcpConnection bucket : old) {
            TcpConnection following;
            for (TcpConnection c = bucket; c != null; c = following) {
                following = c.nextInBucket;
                insert(c);
            }
        }
    }
}
