package demitasse.device;

/** Bus 0 of PCI; a function is named by its device number &lt;&lt; 3 | function number. */
public interface PciBus {
    int FUNCTIONS = 256;

    /** An aligned word of the configuration space; -1 where nothing answers. */
    int read(int function, int offset);

    void write(int function, int offset, int value);

    /** Makes a device's registers reachable, without cache, and tells their kernel address. */
    long map(long physical, long lengthBytes);

    /** What a device has to write where (message-signalled interrupts, PCI 3.0 §6.8) to raise the platform's line. */
    int messageData();

    int messageAddress();
}
