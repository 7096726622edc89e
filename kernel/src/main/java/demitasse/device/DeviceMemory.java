package demitasse.device;

/** Memory that a device reads and writes by itself. */
public interface DeviceMemory {
    /** Zeroed, page aligned and physically in one piece; the caller owns it for good. Panics when there is none. */
    long take(long lengthBytes);

    /** Where a device finds what stands at a kernel address. */
    long physical(long address);
}
