package demitasse.net.wire;

import demitasse.base.memory.Memory;

/**
 * A message of DHCP for IPv6, RFC 8415 §8: 0 type, 1 transaction (24), 4 options; each 0 code (16), 2 length (16), 4
 * value. One association of addresses is asked for, and one address of it kept.
 */
public final class Dhcp6Message {
    public static final int SOLICIT = 1;
    public static final int ADVERTISE = 2;
    public static final int REQUEST = 3;
    public static final int RENEW = 5;
    public static final int REBIND = 6;
    public static final int REPLY = 7;
    public static final int INFORMATION_REQUEST = 11;
    /** What {@link #write} writes at most. */
    public static final int BYTES = 256;
    /** A DUID of any kind, RFC 8415 §11.1. */
    public static final int SERVER_MAX_BYTES = 130;
    public static final int NAME_SERVERS_MAX = 3;
    private static final int HEADER_BYTES = 4;
    private static final int CLIENT_ID = 1;
    private static final int SERVER_ID = 2;
    private static final int ASSOCIATION = 3;
    private static final int ADDRESS = 5;
    private static final int REQUESTED = 6;
    private static final int PREFERENCE = 7;
    private static final int ELAPSED = 8;
    private static final int STATUS = 13;
    private static final int NAME_SERVERS = 23;
    /** DUID-LL, RFC 8415 §11.4: 3, Ethernet, the address. */
    private static final int CLIENT_BYTES = 10;
    private static final int IDENTIFIER = 0x0003_0001;
    private static final int ASSOCIATION_BYTES = 12;
    private static final int ADDRESS_BYTES = 24;

    public int type;
    public int transaction;
    /** Of the message and of the association: 0 where nothing is wrong. */
    public int status;
    public int preference;
    /** Where the server's identifier stands; no bytes for none. */
    public long server;
    public int serverBytes;
    public boolean hasAddress;
    public long high;
    public long low;
    public long preferredS;
    public long validS;
    public long renewalS;
    public long rebindingS;
    public int nameServerCount;
    public final long[] nameServerHighs = new long[NAME_SERVERS_MAX];
    public final long[] nameServerLows = new long[NAME_SERVERS_MAX];
    private boolean isOurs;

    /** False for what is no message to the client with this address; a broken one is none. */
    public boolean parse(long message, int lengthBytes, long mac) {
        if (lengthBytes < HEADER_BYTES) {
            return false;
        }
        type = Memory.getUnsignedByte(message);
        transaction = Memory.getIntBe(message) & 0xff_ffff;
        status = 0;
        preference = 0;
        serverBytes = 0;
        hasAddress = false;
        nameServerCount = 0;
        isOurs = false;
        return options(message + HEADER_BYTES, message + lengthBytes, 0, mac) && isOurs && serverBytes > 0;
    }

    /** @param within the code of the option whose options these are; 0 for the message */
    private boolean options(long start, long end, int within, long mac) {
        long at = start;
        while (end - at >= HEADER_BYTES) {
            int code = Memory.getUnsignedShortBe(at);
            int bytes = Memory.getUnsignedShortBe(at + 2);
            long value = at + HEADER_BYTES;
            if (bytes > end - value || !option(code, value, bytes, within, mac)) {
                return false;
            }
            at = value + bytes;
        }
        return at == end;
    }

    private boolean option(int code, long value, int bytes, int within, long mac) {
        switch (code) {
            case CLIENT_ID -> isOurs = bytes == CLIENT_BYTES && Memory.getIntBe(value) == IDENTIFIER
                    && (Memory.getLongBe(value + 2) & 0xffff_ffff_ffffL) == mac;
            case SERVER_ID -> {
                server = value;
                serverBytes = bytes;
                return bytes > 0 && bytes <= SERVER_MAX_BYTES;
            }
            case PREFERENCE -> preference = bytes == 1 ? Memory.getUnsignedByte(value) : 0;
            case STATUS -> status = bytes < 2 ? status : Math.max(status, Memory.getUnsignedShortBe(value));
            case ASSOCIATION -> {
                if (within != 0 || bytes < ASSOCIATION_BYTES) {
                    return false;
                }
                renewalS = Memory.getIntBe(value + 4) & 0xffff_ffffL;
                rebindingS = Memory.getIntBe(value + 8) & 0xffff_ffffL;
                return options(value + ASSOCIATION_BYTES, value + bytes, code, mac);
            }
            case ADDRESS -> {
                return within == ASSOCIATION && address(value, bytes, mac);
            }
            case NAME_SERVERS -> {
                nameServerCount = Math.min(bytes / 16, NAME_SERVERS_MAX);
                for (int i = 0; i < nameServerCount; i++) {
                    nameServerHighs[i] = Ip.high(value + 16L * i);
                    nameServerLows[i] = Ip.low(value + 16L * i);
                }
            }
            default -> { }
        }
        return true;
    }

    /** The first that is worth having. */
    private boolean address(long value, int bytes, long mac) {
        if (bytes < ADDRESS_BYTES) {
            return false;
        }
        long preferred = Memory.getIntBe(value + 16) & 0xffff_ffffL;
        long valid = Memory.getIntBe(value + 20) & 0xffff_ffffL;
        long givenHigh = Ip.high(value);
        long givenLow = Ip.low(value);
        boolean useful = valid > 0 && preferred <= valid && !Ip.isMulticast(givenHigh, givenLow)
                && !Ip.isLinkLocal(givenHigh, givenLow) && !Ip.isMapped(givenHigh, givenLow) && givenHigh != 0;
        if (useful && !hasAddress) {
            hasAddress = true;
            high = givenHigh;
            low = givenLow;
            preferredS = preferred;
            validS = valid;
        }
        return options(value + ADDRESS_BYTES, value + bytes, ADDRESS, mac);
    }

    /**
     * Writes a message.
     *
     * @param elapsedCs since the exchange began, in hundredths of a second
     * @param serverId whom it is for; no bytes for all
     * @param high of the address that is asked for, as {@code low}; 0, 0 for any
     * @return its length
     */
    public static int write(long target, int type, int transaction, long mac, long elapsedCs, byte[] serverId,
            int serverBytes, long high, long low) {
        Memory.putIntBe(target, type << 24 | transaction & 0xff_ffff);
        long at = begin(target + HEADER_BYTES, CLIENT_ID, CLIENT_BYTES);
        Memory.putIntBe(at, IDENTIFIER);
        Memory.putShortBe(at + 4, (int) (mac >>> 32));
        Memory.putIntBe(at + 6, (int) mac);
        at += CLIENT_BYTES;
        if (serverBytes > 0) {
            at = begin(at, SERVER_ID, serverBytes);
            for (int i = 0; i < serverBytes; i++) {
                Memory.putByte(at++, serverId[i]);
            }
        }
        at = begin(at, ELAPSED, 2);
        Memory.putShortBe(at, (int) Math.min(elapsedCs, 0xffff));
        at = begin(at + 2, REQUESTED, 2);
        Memory.putShortBe(at, NAME_SERVERS);
        at += 2;
        if (type != INFORMATION_REQUEST) {
            boolean named = high != 0 || low != 0;
            at = begin(at, ASSOCIATION, ASSOCIATION_BYTES + (named ? HEADER_BYTES + ADDRESS_BYTES : 0));
            // There is one: its number is that of the interface's address, the times are the server's to say.
            Memory.putIntBe(at, (int) mac);
            Memory.putLongBe(at + 4, 0);
            at += ASSOCIATION_BYTES;
            if (named) {
                at = begin(at, ADDRESS, ADDRESS_BYTES);
                Ip.put(at, high, low);
                Memory.putLongBe(at + 16, 0);
                at += ADDRESS_BYTES;
            }
        }
        return (int) (at - target);
    }

    private static long begin(long at, int code, int bytes) {
        Memory.putShortBe(at, code);
        Memory.putShortBe(at + 2, bytes);
        return at + HEADER_BYTES;
    }
}
