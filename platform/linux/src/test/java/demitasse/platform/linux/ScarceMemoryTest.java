package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Allocator;
import demitasse.device.net.NetDevice;
import demitasse.device.net.PacketPool;
import org.junit.jupiter.api.Test;

/** Devices of the network that begin while there is no memory for packets: they promise less, and ask again. */
class ScarceMemoryTest {
    private static final int MTU_BYTES = 1500;

    /** Gives out addresses, which nobody uses here, once it may. */
    private static final class Scarce implements Allocator {
        boolean hasMemory;
        int refused;

        @Override
        public long allocate(long sizeBytes, int alignmentBytes) {
            refused += hasMemory ? 0 : 1;
            return hasMemory ? 1 << 20 : NONE;
        }

        @Override
        public void free(long address, long sizeBytes) {
        }

        @Override
        public long usedBytes() {
            return 0;
        }

        @Override
        public long limitBytes() {
            return 0;
        }
    }

    private final Scarce memory = new Scarce();
    private final PacketPool packets = new PacketPool(memory, 4 << 20);

    @Test
    void tapDeviceWithoutMemoryForVectorsDoesNotGather() {
        TapDevice device = new TapDevice(packets, MTU_BYTES, false);
        assertEquals(NetDevice.CHECKSUM | NetDevice.SEGMENT_IPV4 | NetDevice.SEGMENT_IPV6, device.offloads());
        memory.hasMemory = true;
        assertEquals(NetDevice.GATHER, new TapDevice(packets, MTU_BYTES, false).offloads() & NetDevice.GATHER);
    }

    /** Nothing is read that there is no place for: the host's calls are not there on HotSpot. */
    @Test
    void devicesWithoutMemoryReceiveNothingAndAskAgain() {
        for (NetDevice device : new NetDevice[] {new TapDevice(packets, MTU_BYTES, false), new StreamDevice(packets)}) {
            int before = memory.refused;
            assertNull(device.receive());
            assertNull(device.receive());
            assertEquals(before + 2, memory.refused);
            assertTrue(device.isUp());
        }
    }
}
