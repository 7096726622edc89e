package demitasse.fs.pts;

import demitasse.base.memory.Text;
import demitasse.machine.Clock;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.SpecialFiles;
import demitasse.vfs.Statistics;

/** The file system; one per instance. */
public final class PtsFileSystem implements FileSystem {
    /** DEVPTS_SUPER_MAGIC of include/uapi/linux/magic.h. */
    private static final long MAGIC = 0x1cd1;
    private static final int BLOCK_BYTES = 1024;
    private static final int NAME_BYTES_MAX = 255;
    /** Owner may read and write, group tty may write: what grantpt(3) promises and mesg(1) switches. */
    private static final int TERMINAL_MODE = 0620;
    private static final int MASTER_MODE = 0666;
    private static final int TTY_GROUP = 5;
    private static final int INITIAL_CAPACITY = 8;
    static final int NAME_BUFFER_BYTES = 16;

    private final SpecialFiles devices;
    private final Clock clock;
    private final long device;
    private final PtsDirectory root;
    private final PtsNode master;
    private final long nameBuffer;
    private final Text text = new Text();
    private final Name name = new Name();
    private PtsNode[] nodes = new PtsNode[INITIAL_CAPACITY];

    /**
     * @param devices opens the nodes
     * @param device st_dev
     * @param masterDevice the device number of ptmx
     * @param nameBuffer a little kernel memory to list names from
     */
    public PtsFileSystem(SpecialFiles devices, Clock clock, long device, long masterDevice, long nameBuffer) {
        this.devices = devices;
        this.clock = clock;
        this.device = device;
        this.nameBuffer = nameBuffer;
        root = new PtsDirectory(this);
        master = new PtsNode(this, PtsNode.MASTER_INODE, MASTER_MODE, 0, 0, masterDevice);
    }

    /** How much memory for names the constructor wants. */
    public static int nameBytes() {
        return NAME_BUFFER_BYTES;
    }

    /** A new terminal: its node, which opens the device with this number. */
    public Inode add(int number, int uid, long deviceNumber) {
        if (number >= nodes.length) {
            PtsNode[] more = new PtsNode[Math.max(number + 1, 2 * nodes.length)];
            System.arraycopy(nodes, 0, more, 0, nodes.length);
            nodes = more;
        }
        nodes[number] = new PtsNode(this, PtsNode.FIRST_INODE + number, TERMINAL_MODE, uid, TTY_GROUP, deviceNumber);
        return nodes[number];
    }

    /** The terminal is gone; who still has the node open keeps it. */
    public void remove(int number) {
        nodes[number] = null;
    }

    @Override
    public String type() {
        return "devpts";
    }

    @Override
    public Inode root() {
        return root;
    }

    /** Nodes come and go with their masters. */
    @Override
    public boolean cachesNames() {
        return false;
    }

    @Override
    public int statistics(Statistics out) {
        out.withoutBlocks(MAGIC, BLOCK_BYTES, NAME_BYTES_MAX);
        return 0;
    }

    SpecialFiles devices() {
        return devices;
    }

    long nowNs() {
        return clock.realtimeNs();
    }

    long device() {
        return device;
    }

    PtsNode master() {
        return master;
    }

    /** The node of a terminal, or null. */
    PtsNode node(int number) {
        return number < nodes.length ? nodes[number] : null;
    }

    /** The first number from one on that a terminal has; -1 for none. */
    int numberFrom(int from) {
        for (int number = from; number < nodes.length; number++) {
            if (nodes[number] != null) {
                return number;
            }
        }
        return -1;
    }

    Name nameOf(int number) {
        text.set(nameBuffer, NAME_BUFFER_BYTES).number(number);
        name.set(nameBuffer, text.length());
        return name;
    }

    Name nameOfMaster() {
        text.set(nameBuffer, NAME_BUFFER_BYTES).add("ptmx");
        name.set(nameBuffer, text.length());
        return name;
    }
}
