package demitasse.tools.vmm;

import java.nio.file.Path;

/**
 * How an instance reaches the outside.
 *
 * @param socket a unix stream socket that carries frames, as passt(1) and QEMU's {@code -netdev stream} speak
 * @param address of the instance, with the bits of its network: {@code A.B.C.D/BITS}
 */
public record Network(Path socket, String address, String gateway, String nameServer) {
    /** What passt offers by default: nothing is cut on the way to it. */
    static final int MTU_BYTES = 65_520;
}
