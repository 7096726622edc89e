package demitasse.net.wire;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;

/**
 * A TCP segment, RFC 9293 §3.1: what a received one says, taken apart into fields and reused for the next; and how one
 * is written. Options: RFC 9293 §3.2, RFC 7323 (scale, timestamps), RFC 2018 (SACK).
 */
public final class TcpSegment {
    public static final int BYTES = 20;
    public static final int HEADER_BYTES_MAX = 60;
    public static final int CHECKSUM = 16;

    public static final int FIN = 1;
    public static final int SYN = 2;
    public static final int RST = 4;
    public static final int PSH = 8;
    public static final int ACK = 16;
    public static final int URG = 32;
    /** RFC 3168 §6.1. */
    public static final int ECE = 64;
    public static final int CWR = 128;

    public static final int SACK_BLOCKS_MAX = 4;
    /** RFC 7323 §2.3. */
    public static final int SCALE_MAX = 14;
    public static final int MSS_OPTION_BYTES = 4;
    public static final int SCALE_OPTION_BYTES = 4;
    public static final int SACK_PERMITTED_BYTES = 4;
    public static final int TIMESTAMPS_BYTES = 12;
    public static final int SACK_HEADER_BYTES = 4;
    public static final int SACK_BLOCK_BYTES = 8;

    private static final int END = 0;
    private static final int PADDING = 1;
    private static final int MAXIMUM_SEGMENT = 2;
    private static final int SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;

    private static final int SEQUENCE = 4;
    private static final int ACKNOWLEDGEMENT = 8;
    private static final int OFFSET = 12;
    private static final int FLAGS = 13;
    private static final int WINDOW = 14;
    private static final int URGENT = 18;

    public int sourcePort;
    public int targetPort;
    public int sequence;
    public int acknowledgement;
    public int flags;
    /** As it stands there, 0..65535. */
    public int window;
    /** Behind the last urgent byte, counted from the sequence number. */
    public int urgent;
    public long data;
    public int dataBytes;
    /** What it came in, for who keeps it, who sets this to null then; null where it is not to be kept. */
    public Packet packet;
    /** 0 when it was not sent. */
    public int maximumSegment;
    /** -1 when it was not sent. */
    public int scale;
    public boolean sackPermitted;
    public boolean hasTimestamps;
    public int timestamp;
    public int timestampEcho;
    public int sackBlocks;
    public final int[] sackStart = new int[SACK_BLOCKS_MAX];
    public final int[] sackEnd = new int[SACK_BLOCKS_MAX];

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** What it takes up in sequence space: its data, SYN, FIN. */
    public int sequenceLength() {
        return dataBytes + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    /** Takes a segment apart; false when its header does not fit into it. Broken options end the list of options. */
    @HotPath("per packet")
    public boolean parse(long header, int lengthBytes) {
        if (lengthBytes < BYTES) {
            return false;
        }
        int headerBytes = (Memory.getUnsignedByte(header + OFFSET) >>> 4) * 4;
        if (headerBytes < BYTES || headerBytes > lengthBytes) {
            return false;
        }
        sourcePort = Memory.getUnsignedShortBe(header);
        targetPort = Memory.getUnsignedShortBe(header + 2);
        sequence = Memory.getIntBe(header + SEQUENCE);
        acknowledgement = Memory.getIntBe(header + ACKNOWLEDGEMENT);
        flags = Memory.getUnsignedByte(header + FLAGS);
        window = Memory.getUnsignedShortBe(header + WINDOW);
        urgent = Memory.getUnsignedShortBe(header + URGENT);
        data = header + headerBytes;
        dataBytes = lengthBytes - headerBytes;
        maximumSegment = 0;
        scale = -1;
        sackPermitted = false;
        hasTimestamps = false;
        sackBlocks = 0;
        parseOptions(header + BYTES, data);
        return true;
    }

    private void parseOptions(long from, long end) {
        long at = from;
        while (at < end) {
            int kind = Memory.getUnsignedByte(at);
            if (kind == END) {
                return;
            }
            if (kind == PADDING) {
                at++;
                continue;
            }
            if (end - at < 2) {
                return;
            }
            int bytes = Memory.getUnsignedByte(at + 1);
            if (bytes < 2 || bytes > end - at) {
                return;
            }
            parseOption(kind, at + 2, bytes - 2);
            at += bytes;
        }
    }

    private void parseOption(int kind, long value, int bytes) {
        switch (kind) {
            case MAXIMUM_SEGMENT:
                if (bytes == 2 && has(SYN)) {
                    maximumSegment = Memory.getUnsignedShortBe(value);
                }
                break;
            case SCALE:
                if (bytes == 1 && has(SYN)) {
                    scale = Math.min(SCALE_MAX, Memory.getUnsignedByte(value));
                }
                break;
            case SACK_PERMITTED:
                sackPermitted = bytes == 0 && has(SYN);
                break;
            case TIMESTAMPS:
                if (bytes == 8) {
                    hasTimestamps = true;
                    timestamp = Memory.getIntBe(value);
                    timestampEcho = Memory.getIntBe(value + 4);
                }
                break;
            case SACK:
                parseSack(value, bytes);
                break;
            default:
                break;
        }
    }

    private void parseSack(long value, int bytes) {
        sackBlocks = Math.min(SACK_BLOCKS_MAX, bytes / SACK_BLOCK_BYTES);
        for (int i = 0; i < sackBlocks; i++) {
            sackStart[i] = Memory.getIntBe(value + (long) i * SACK_BLOCK_BYTES);
            sackEnd[i] = Memory.getIntBe(value + (long) i * SACK_BLOCK_BYTES + 4);
        }
    }

    /** Writes a header whose checksum is still to come. */
    @HotPath("per packet")
    public static void write(long header, int sourcePort, int targetPort, int sequence, int acknowledgement, int flags,
            int window, int headerBytes) {
        Memory.putShortBe(header, sourcePort);
        Memory.putShortBe(header + 2, targetPort);
        Memory.putIntBe(header + SEQUENCE, sequence);
        Memory.putIntBe(header + ACKNOWLEDGEMENT, acknowledgement);
        Memory.putByte(header + OFFSET, (byte) (headerBytes / 4 << 4));
        Memory.putByte(header + FLAGS, (byte) flags);
        Memory.putShortBe(header + WINDOW, window);
        Memory.putIntBe(header + CHECKSUM, 0);
        Memory.putShort(header + URGENT, (short) 0);
    }

    /** Makes a written segment tell of urgent data. */
    public static void putUrgent(long header, int pointer) {
        Memory.putByte(header + FLAGS, (byte) (Memory.getByte(header + FLAGS) | URG));
        Memory.putShortBe(header + URGENT, pointer);
    }

    public int dataByte(int index) {
        return Memory.getUnsignedByte(data + index);
    }

    /** Leaves in the checksum field what a device finishes, or the finished sum. */
    public static void putChecksum(long header, int stored) {
        Memory.putShort(header + CHECKSUM, (short) stored);
    }

    /** Each of these writes one option, padded to whole words, and returns the address behind it. */
    public static long putMaximumSegment(long at, int bytes) {
        Memory.putIntBe(at, MAXIMUM_SEGMENT << 24 | MSS_OPTION_BYTES << 16 | bytes);
        return at + MSS_OPTION_BYTES;
    }

    public static long putScale(long at, int scale) {
        Memory.putIntBe(at, PADDING << 24 | SCALE << 16 | 3 << 8 | scale);
        return at + SCALE_OPTION_BYTES;
    }

    public static long putSackPermitted(long at) {
        Memory.putIntBe(at, PADDING << 24 | PADDING << 16 | SACK_PERMITTED << 8 | 2);
        return at + SACK_PERMITTED_BYTES;
    }

    public static long putTimestamps(long at, int timestamp, int echo) {
        Memory.putIntBe(at, PADDING << 24 | PADDING << 16 | TIMESTAMPS << 8 | 10);
        Memory.putIntBe(at + 4, timestamp);
        Memory.putIntBe(at + 8, echo);
        return at + TIMESTAMPS_BYTES;
    }

    /** The start of a SACK option; so many blocks must follow. */
    public static long putSackHeader(long at, int blocks) {
        Memory.putIntBe(at, PADDING << 24 | PADDING << 16 | SACK << 8 | 2 + blocks * SACK_BLOCK_BYTES);
        return at + SACK_HEADER_BYTES;
    }

    public static long putSackBlock(long at, int start, int end) {
        Memory.putIntBe(at, start);
        Memory.putIntBe(at + 4, end);
        return at + SACK_BLOCK_BYTES;
    }
}
