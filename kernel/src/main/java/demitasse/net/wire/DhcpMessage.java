package demitasse.net.wire;

import demitasse.base.memory.Memory;

/**
 * A message of DHCP over IPv4 and Ethernet, RFC 2131 §2 and RFC 2132: what a received one says, reused for the next,
 * and how one of a client is written.
 *
 * <pre>
 *  operation 1 | hardware 1 | its address's length 1 | hops 1 | transaction 4 | seconds 2 | flags 2
 *  client 4 | yours 4 | next server 4 | relay 4 | hardware address 16 | name 64 | file 128 | cookie 4 | options
 * </pre>
 */
public final class DhcpMessage {
    /** Relays of old drop what is shorter, RFC 1542 §2.1. */
    public static final int BYTES = 300;
    public static final int DISCOVER = 1;
    public static final int OFFER = 2;
    public static final int REQUEST = 3;
    public static final int ACK = 5;
    public static final int NAK = 6;
    public static final int NAME_SERVERS_MAX = 3;

    /** Operation 1 or 2, hardware 1, length 6, no hops. */
    private static final int FROM_CLIENT = 0x0101_0600;
    private static final int FROM_SERVER = 0x0201_0600;
    private static final int TRANSACTION = 4;
    private static final int FLAGS = 10;
    private static final int CLIENT = 12;
    private static final int YOURS = 16;
    private static final int HARDWARE = 28;
    private static final int NAME = 44;
    private static final int FILE = 108;
    private static final int COOKIE = 236;
    private static final int OPTIONS = 240;
    private static final int COOKIE_VALUE = 0x6382_5363;
    private static final int BROADCAST = 0x8000;

    private static final int PADDING = 0;
    private static final int MASK = 1;
    private static final int ROUTER = 3;
    private static final int NAME_SERVERS = 6;
    private static final int REQUESTED = 50;
    private static final int LEASE = 51;
    private static final int OVERLOAD = 52;
    private static final int TYPE = 53;
    private static final int SERVER = 54;
    private static final int WANTED = 55;
    private static final int RENEWAL = 58;
    private static final int REBINDING = 59;
    private static final int END = 255;

    public int type;
    public int transaction;
    /** The address that is offered or leased; 0 for none, as all others. */
    public int yours;
    public int server;
    public int mask;
    public int router;
    /** Unsigned, 0 when not said. */
    public int leaseS;
    public int renewalS;
    public int rebindingS;
    public int nameServerCount;
    public final int[] nameServers = new int[NAME_SERVERS_MAX];
    private int overload;

    /** Takes a server's message apart; false for anything but one to this hardware address. */
    public boolean parse(long message, int lengthBytes, long mac) {
        if (lengthBytes < OPTIONS || (Memory.getIntBe(message) | 0xff) != (FROM_SERVER | 0xff)
                || Memory.getIntBe(message + COOKIE) != COOKIE_VALUE
                || EthernetHeader.addressAt(message + HARDWARE) != mac) {
            return false;
        }
        transaction = Memory.getIntBe(message + TRANSACTION);
        yours = Memory.getIntBe(message + YOURS);
        type = server = mask = router = leaseS = renewalS = rebindingS = nameServerCount = overload = 0;
        options(message + OPTIONS, message + lengthBytes);
        if ((overload & 1) != 0) {
            options(message + FILE, message + COOKIE);
        }
        if ((overload & 2) != 0) {
            options(message + NAME, message + FILE);
        }
        return type != 0;
    }

    private void options(long from, long end) {
        long at = from;
        while (at < end && Memory.getUnsignedByte(at) != END) {
            int kind = Memory.getUnsignedByte(at);
            if (kind == PADDING) {
                at++;
                continue;
            }
            int bytes = end - at < 2 ? Integer.MAX_VALUE : Memory.getUnsignedByte(at + 1);
            if (bytes > end - at - 2) {
                return;
            }
            option(kind, at + 2, bytes);
            at += 2 + bytes;
        }
    }

    private void option(int kind, long value, int bytes) {
        if (bytes == 1) {
            type = kind == TYPE ? Memory.getUnsignedByte(value) : type;
            overload = kind == OVERLOAD ? Memory.getUnsignedByte(value) : overload;
        }
        if (bytes < 4) {
            return;
        }
        int word = Memory.getIntBe(value);
        switch (kind) {
            case MASK -> mask = word;
            case ROUTER -> router = word;
            case SERVER -> server = word;
            case LEASE -> leaseS = word;
            case RENEWAL -> renewalS = word;
            case REBINDING -> rebindingS = word;
            case NAME_SERVERS -> {
                nameServerCount = Math.min(NAME_SERVERS_MAX, bytes / 4);
                for (int i = 0; i < nameServerCount; i++) {
                    nameServers[i] = Memory.getIntBe(value + 4L * i);
                }
            }
            default -> { }
        }
    }

    /**
     * Writes a message of {@link #BYTES}.
     *
     * @param client the address that we have already; 0 for none, then the answer is to come as a broadcast
     * @param requested what we have been offered; 0 for nothing
     * @param server whose offer it was; 0 when every server may answer
     */
    public static void write(long message, int type, int transaction, long mac, int client, int requested, int server) {
        Memory.fill(message, BYTES, (byte) 0);
        Memory.putIntBe(message, FROM_CLIENT);
        Memory.putIntBe(message + TRANSACTION, transaction);
        Memory.putShortBe(message + FLAGS, client == 0 ? BROADCAST : 0);
        Memory.putIntBe(message + CLIENT, client);
        EthernetHeader.putAddress(message + HARDWARE, mac);
        Memory.putIntBe(message + COOKIE, COOKIE_VALUE);
        long at = message + OPTIONS;
        Memory.putShortBe(at, TYPE << 8 | 1);
        Memory.putByte(at + 2, (byte) type);
        Memory.putShortBe(at + 3, WANTED << 8 | 3);
        Memory.putByte(at + 5, (byte) MASK);
        Memory.putByte(at + 6, (byte) ROUTER);
        Memory.putByte(at + 7, (byte) NAME_SERVERS);
        at = word(at + 8, REQUESTED, requested);
        at = word(at, SERVER, server);
        Memory.putByte(at, (byte) END);
    }

    private static long word(long at, int kind, int value) {
        if (value == 0) {
            return at;
        }
        Memory.putShortBe(at, kind << 8 | 4);
        Memory.putIntBe(at + 2, value);
        return at + 6;
    }
}
