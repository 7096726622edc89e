package demitasse.posix.task;

import demitasse.base.memory.Memory;

/** What uname(2) tells about the instance: nodename and domainname can be set, the rest is fixed. */
public final class HostNames {
    /** __NEW_UTS_LEN; the fields of struct utsname are one longer. */
    public static final int NAME_BYTES = 64;
    public static final int FIELD_BYTES = NAME_BYTES + 1;
    /** sysname, nodename, release, version, machine, domainname. */
    public static final int FIELDS = 6;
    public static final int SYSTEM = 0;
    public static final int NODE = 1;
    public static final int RELEASE = 2;
    public static final int VERSION = 3;
    public static final int MACHINE = 4;
    public static final int DOMAIN = 5;
    public static final int BYTES = FIELDS * FIELD_BYTES;

    /** The version of Linux whose interface the system call table follows. */
    public static final String RELEASE_TEXT = "6.10.0-demitasse";
    public static final String VERSION_TEXT = "#1 Demitasse 0.1";

    private final long address;

    /** @param address {@link #BYTES} bytes of kernel memory, kept */
    public HostNames(long address) {
        this.address = address;
        set(SYSTEM, "Linux");
        set(NODE, "demitasse");
        set(RELEASE, RELEASE_TEXT);
        set(VERSION, VERSION_TEXT);
        set(MACHINE, "x86_64");
        set(DOMAIN, "(none)");
    }

    /** A copy of others, uts_namespaces(7). */
    public HostNames(long address, HostNames other) {
        this.address = address;
        Memory.copy(other.address, address, BYTES);
    }

    /** What old programs are told instead, personality(2): a release of 2.6 (UNAME26), a machine of 32 bits. */
    public HostNames pretending(long target, boolean old, boolean narrow) {
        HostNames names = new HostNames(target, this);
        if (old) {
            names.set(RELEASE, "2.6.70-demitasse");
        }
        if (narrow) {
            names.set(MACHINE, "i686");
        }
        return names;
    }

    /** The whole struct utsname. */
    public long address() {
        return address;
    }

    /** A field's bytes, NUL-terminated. */
    public long field(int index) {
        return address + (long) index * FIELD_BYTES;
    }

    public int length(int index) {
        int length = 0;
        while (Memory.getByte(field(index) + length) != 0) {
            length++;
        }
        return length;
    }

    /** Sets a field to at most {@link #NAME_BYTES} bytes. */
    public void set(int index, long source, int lengthBytes) {
        Memory.fill(field(index), FIELD_BYTES, (byte) 0);
        Memory.copy(source, field(index), Math.min(lengthBytes, NAME_BYTES));
    }

    private void set(int index, String text) {
        Memory.fill(field(index), FIELD_BYTES, (byte) 0);
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(field(index) + i, (byte) text.charAt(i));
        }
    }
}
