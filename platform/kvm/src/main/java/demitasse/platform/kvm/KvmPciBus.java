package demitasse.platform.kvm;

import demitasse.device.PciBus;

/** PCI through the ports 0xcf8 and 0xcfc, PCI 3.0 §3.2.2.3.2: every machine with PCI has them. */
final class KvmPciBus implements PciBus {
    private static final int ADDRESS_PORT = 0xcf8;
    private static final int DATA_PORT = 0xcfc;
    private static final int ENABLE = 1 << 31;
    private static final int MULTI_FUNCTION = 1 << 23;
    private static final int HEADER = 0x0c;
    /** The local APIC of the first CPU, Intel SDM vol. 3 §11.11. */
    private static final int MESSAGE_ADDRESS = 0xfee0_0000;

    private final int line;
    private int messageData;

    /** @param line the interrupt bit that its devices raise */
    KvmPciBus(int line) {
        this.line = line;
    }

    boolean isPresent() {
        Cpu.out32(ADDRESS_PORT, ENABLE);
        return Cpu.in32(ADDRESS_PORT) == ENABLE;
    }

    /** Whether anything may be at a function: the others of a device exist only where the first says so. */
    boolean mayHave(int function) {
        return (function & 7) == 0 || (read(function & ~7, HEADER) & MULTI_FUNCTION) != 0;
    }

    @Override
    public int read(int function, int offset) {
        Cpu.out32(ADDRESS_PORT, ENABLE | function << 8 | offset);
        return Cpu.in32(DATA_PORT);
    }

    @Override
    public void write(int function, int offset, int value) {
        Cpu.out32(ADDRESS_PORT, ENABLE | function << 8 | offset);
        Cpu.out32(DATA_PORT, value);
    }

    @Override
    public long map(long physical, long lengthBytes) {
        Cpu.mapDevice(physical);
        Cpu.mapDevice(physical + lengthBytes - 1);
        return KvmMemory.DIRECT_MAP + physical;
    }

    @Override
    public int messageData() {
        if (messageData == 0) {
            messageData = Cpu.messageVector(line);
        }
        return messageData;
    }

    @Override
    public int messageAddress() {
        return MESSAGE_ADDRESS;
    }
}
