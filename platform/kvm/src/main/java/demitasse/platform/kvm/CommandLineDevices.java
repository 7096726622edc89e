package demitasse.platform.kvm;

import demitasse.base.memory.Memory;
import demitasse.driver.virtio.VirtioMmio;

/**
 * The virtio-mmio devices that QEMU's microvm and Firecracker put on the command line in Linux's words:
 * {@code virtio_mmio.device=512@0xfeb00e00:12}, which is size, address and interrupt pin.
 */
final class CommandLineDevices {
    private static final byte[] KEY = {'v', 'i', 'r', 't', 'i', 'o', '_', 'm', 'm', 'i', 'o', '.', 'd', 'e', 'v',
            'i', 'c',
        'e', '='};

    private long at;
    private final long end;
    private long address;
    private int pin;

    CommandLineDevices(long lineAddress, int lineBytes) {
        this.at = lineAddress;
        this.end = lineAddress + lineBytes;
    }

    /** Goes to the next device; false when there is none. */
    boolean next() {
        while (at < end) {
            boolean found = matchesKey();
            at = found ? at + KEY.length : at + 1;
            if (found && parse()) {
                return true;
            }
        }
        return false;
    }

    /** Maps the register window and opens the transport. */
    VirtioMmio open() {
        Cpu.mapDevice(address);
        return new VirtioMmio(KvmMemory.DIRECT_MAP + address);
    }

    int pin() {
        return pin;
    }

    private boolean matchesKey() {
        if (end - at < KEY.length) {
            return false;
        }
        for (int i = 0; i < KEY.length; i++) {
            if (Memory.getByte(at + i) != KEY[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean parse() {
        number();
        if (!take('@')) {
            return false;
        }
        address = number();
        if (!take(':')) {
            return false;
        }
        pin = (int) number();
        return true;
    }

    private boolean take(char expected) {
        if (at < end && Memory.getByte(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    /** Decimal, or hexadecimal after 0x; a letter behind it, such as K, is skipped. */
    private long number() {
        int base = 10;
        if (end - at > 2 && Memory.getByte(at) == '0' && Memory.getByte(at + 1) == 'x') {
            base = 16;
            at += 2;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = digit(Memory.getByte(at));
            if (digit >= base) {
                break;
            }
            value = value * base + digit;
        }
        if (at < end && Memory.getByte(at) >= 'A') {
            at++;
        }
        return value;
    }

    private static int digit(byte character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        return character >= 'a' && character <= 'f' ? character - 'a' + 10 : Integer.MAX_VALUE;
    }
}
