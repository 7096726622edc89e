package demitasse.net.stack;

import static demitasse.base.error.Errno.EAGAIN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.alloc.Pages;
import demitasse.device.net.Packet;
import demitasse.net.ip.RoomWaiter;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sender of datagrams hears of a device that takes no more of them. */
class FullDeviceTest {
    private static final class Device extends TestStack {
        private boolean full;
        private int frames;

        Device() {
            super(0, new Pages(new TestMemory(16 << 20)), new TestClock(), new Random(1));
        }

        @Override
        public boolean hasRoom() {
            return !full;
        }

        @Override
        public boolean transmit(Packet packet) {
            return !full && super.transmit(packet);
        }

        @Override
        protected void leaves(byte[] frame) {
            frames++;
        }
    }

    private final Device device = new Device();
    private final UdpEndpoint endpoint = new UdpEndpoint(events -> { });
    private int told;

    @BeforeEach
    void bind() {
        device.stack.routes.addAddress(device.eth0, 0, LoneStack.ipv4(1), 96 + 8);
        endpoint.binding.takesIpv4 = true;
        endpoint.binding.low = Ip.MAPPED;
        endpoint.binding.port = 5000;
        device.stack.udp.ports.add(endpoint.binding);
    }

    private int send() {
        Packet packet = device.stack.udp.prepare(10);
        TestStack.append(packet, new byte[10]);
        return device.stack.udp.send(endpoint, packet, 0, LoneStack.ipv4(2), 53, 0);
    }

    @Test
    void whoCanWaitIsToldToAndHearsWhenItIsOver() {
        endpoint.room = new RoomWaiter() {
            @Override
            public void roomAgain() {
                told++;
            }
        };
        assertEquals(0, send());
        device.full = true;
        assertEquals(-EAGAIN, send());
        assertEquals(-EAGAIN, send());
        device.stack.poll(100);
        assertEquals(0, told);
        device.full = false;
        device.stack.poll(100);
        assertEquals(1, told);
        assertEquals(0, send());
        assertEquals(2, device.frames);
        assertEquals(0, device.stack.packets().inUse());
    }

    @Test
    void datagramsOfOthersAreLostAsOnAnyWire() {
        device.full = true;
        assertEquals(0, send());
        assertEquals(0, device.frames);
        assertEquals(0, device.stack.packets().inUse());
    }
}
