package demitasse.assembly;

import demitasse.base.memory.Memory;
import demitasse.machine.Console;
import demitasse.platform.kvm.KvmPlatform;

/** The kernel for the kvm platform: what is constructed here is in the image, and nothing else. */
public final class KvmImage {
    private KvmImage() {
    }

    public static void main(String[] arguments) {
        KvmPlatform platform = new KvmPlatform();
        say(platform, "Demitasse: RAM ");
        for (int i = 0; i < platform.memory().regions(); i++) {
            say(platform, Long.toHexString(platform.memory().regionAddress(i)));
            say(platform, "+");
            say(platform, Long.toHexString(platform.memory().regionBytes(i)));
            say(platform, " ");
        }
        say(platform, "\n");
        platform.console().write(1, platform.commandLineAddress(), platform.commandLineBytes());
        say(platform, "\n");
        say(platform, Long.toString(platform.clock().monotonicNs()));
        say(platform, "\n");
        platform.idleUntil(platform.clock().monotonicNs() + 20_000_000);
        say(platform, Long.toString(platform.clock().monotonicNs()));
        say(platform, "\n");
        platform.shutdown(7);
    }

    private static void say(KvmPlatform platform, String text) {
        long at = platform.memory().regionAddress(0);
        for (int i = 0; i < text.length(); i++) {
            Memory.putByte(at + i, (byte) text.charAt(i));
        }
        platform.console().write(Console.STDOUT, at, text.length());
    }
}
