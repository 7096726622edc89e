package demitasse.posix.netlink;

import demitasse.base.memory.Memory;
import demitasse.net.tcp.TcpReport;

/** struct tcp_info of linux/tcp.h, which TCP_INFO and sock_diag(7) show; what is not counted here is 0. */
public final class TcpInfo {
    public static final int BYTES = 248;
    private static final int DELAYED_ACK_US = 40_000;
    private static final int REORDERING = 3;

    private TcpInfo() {
    }

    /** Fills zeroed memory; returns the length. */
    public static int write(TcpReport report, int state, long target) {
        Memory.putByte(target, (byte) state);
        Memory.putByte(target + 1, (byte) report.congestionState);
        Memory.putByte(target + 2, (byte) report.retransmits);
        Memory.putByte(target + 4, (byte) report.backoff);
        int options = (report.hasTimestamps ? 1 : 0) | (report.hasSack ? 2 : 0) | (report.hasScale ? 4 : 0);
        Memory.putByte(target + 5, (byte) options);
        Memory.putByte(target + 6, (byte) (report.sendScale | report.receiveScale << 4));
        long[] words = {report.rtoUs, DELAYED_ACK_US, report.sendSegmentBytes, report.receiveSegmentBytes,
            report.unacknowledged, report.sacked, report.lost, report.resentInFlight, 0, report.sentMsAgo, 0,
            report.receivedMsAgo, report.heardMsAgo, report.pathMtuBytes, report.receiveLimitBytes, report.rttUs,
            report.rttVariationUs, report.slowStartThreshold, report.congestionWindow, report.offeredSegmentBytes,
            REORDERING, 0, report.receiveLimitBytes, report.segmentsResent};
        for (int i = 0; i < words.length; i++) {
            Memory.putInt(target + 8 + 4L * i, (int) words[i]);
        }
        Memory.putLong(target + 104, -1);
        Memory.putLong(target + 112, -1);
        Memory.putLong(target + 120, report.bytesAcknowledged);
        Memory.putLong(target + 128, report.bytesReceived);
        Memory.putInt(target + 136, (int) report.segmentsOut);
        Memory.putInt(target + 140, (int) report.segmentsIn);
        Memory.putInt(target + 144, report.unsentBytes);
        Memory.putInt(target + 148, (int) report.rttMinimumUs);
        Memory.putInt(target + 152, (int) report.dataSegmentsIn);
        Memory.putInt(target + 156, (int) report.dataSegmentsOut);
        Memory.putLong(target + 200, report.bytesSent);
        Memory.putLong(target + 208, report.bytesResent);
        Memory.putInt(target + 228, (int) report.sendWindowBytes);
        Memory.putInt(target + 232, (int) report.receiveWindowBytes);
        return BYTES;
    }
}
