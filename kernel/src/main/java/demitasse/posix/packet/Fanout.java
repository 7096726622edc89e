package demitasse.posix.packet;

import demitasse.net.wire.PacketFilter;

/** PACKET_FANOUT of packet(7): sockets that share the frames of one kind among them, each frame to one of them. */
final class Fanout {
    static final int HASH = 0;
    static final int TURNS = 1;
    static final int CPU = 2;
    static final int ROLLOVER = 3;
    static final int RANDOM = 4;
    static final int QUEUE = 5;
    /** PACKET_FANOUT_CBPF: a program says the number of the member. */
    static final int PROGRAM = 6;
    /** PACKET_FANOUT_FLAG_ROLLOVER: who has no room is passed over. */
    static final int ROLLS_OVER = 0x1000;
    /** _FLAG_UNIQUEID, _FLAG_IGNORE_OUTGOING; and _FLAG_DEFRAG, which is for those who hash ports of fragments. */
    static final int UNIQUE = 0x2000;
    static final int IGNORES_OUTGOING = 0x4000;
    static final int FLAGS = ROLLS_OVER | IGNORES_OUTGOING;
    static final int MEMBERS_MAX = 256;
    private static final int GROWTH = 8;

    final int id;
    private final int kind;
    private final int flags;
    private final int protocol;
    private final int interfaceIndex;
    private PacketSocket[] members = new PacketSocket[GROWTH];
    private int count;
    private int turn;
    /** Whose the frame that passes is: chosen when the first member is asked. */
    private Frame asked;
    private int askedNumber;
    private PacketSocket chosen;
    private PacketFilter program;

    Fanout(int id, int kind, int flags, int protocol, int interfaceIndex) {
        this.id = id;
        this.kind = kind;
        this.flags = flags;
        this.protocol = protocol;
        this.interfaceIndex = interfaceIndex;
    }

    boolean fits(int otherKind, int otherFlags, int otherProtocol, int otherInterface) {
        return kind == otherKind && flags == otherFlags && protocol == otherProtocol
                && interfaceIndex == otherInterface;
    }

    boolean hasProgram() {
        return kind == PROGRAM;
    }

    void setProgram(PacketFilter newProgram) {
        program = newProgram;
    }

    /** The value of the option: the number, the kind and the flags above. */
    int word() {
        return id | (kind | flags) << 16;
    }

    /** False when there are too many. */
    boolean add(PacketSocket member) {
        if (count == MEMBERS_MAX) {
            return false;
        }
        if (count == members.length) {
            PacketSocket[] more = new PacketSocket[count + GROWTH];
            System.arraycopy(members, 0, more, 0, count);
            members = more;
        }
        members[count++] = member;
        return true;
    }

    void remove(PacketSocket member) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (members[i] != member) {
                members[kept++] = members[i];
            }
        }
        members[kept] = null;
        count = kept;
        asked = null;
    }

    /** Whether a frame is this member's, which all of them are asked. */
    boolean chooses(PacketSocket member, Frame frame) {
        if (asked != frame || askedNumber != frame.number) {
            asked = frame;
            askedNumber = frame.number;
            chosen = choose(frame);
        }
        return chosen == member && !(frame.leaves && (flags & IGNORES_OUTGOING) != 0);
    }

    private PacketSocket choose(Frame frame) {
        int first = Integer.remainderUnsigned(switch (kind) {
            case HASH -> frame.flowHash();
            case TURNS -> turn++;
            case RANDOM -> frame.randomBits();
            case PROGRAM -> program == null ? 0 : frame.look(program);
            // One CPU, and one queue of a device; who is first keeps all as long as there is room.
            default -> 0;
        }, count);
        boolean rolls = kind == ROLLOVER || (flags & ROLLS_OVER) != 0;
        for (int i = 0; rolls && i < count; i++) {
            PacketSocket one = members[(first + i) % count];
            if (one.hasRoom()) {
                return one;
            }
        }
        return members[first];
    }
}
