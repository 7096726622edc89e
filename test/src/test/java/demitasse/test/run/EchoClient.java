package demitasse.test.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;

/** Sends bytes to an echo and compares what returns; a program of its own, to be run in another network namespace. */
public final class EchoClient {
    private static final long START_LIMIT_NS = 20_000_000_000L;
    private static final int LIMIT_MS = 30_000;

    private EchoClient() {
    }

    /** Arguments: address, port, bytes. Ends with 0 when every byte came back. */
    public static void main(String[] arguments) throws Exception {
        byte[] sent = new byte[Integer.parseInt(arguments[2])];
        new Random(1).nextBytes(sent);
        try (Socket socket = connect(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])))) {
            socket.setSoTimeout(LIMIT_MS);
            long startNs = System.nanoTime();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException failure) {
                    System.out.println("writing: " + failure);
                }
            });
            byte[] got = socket.getInputStream().readAllBytes();
            writer.join();
            System.out.println(got.length + " bytes there and back in " + (System.nanoTime() - startNs) / 1_000_000
                    + " ms");
            System.exit(Arrays.equals(sent, got) ? 0 : 1);
        }
    }

    /** The instance may not listen yet. */
    private static Socket connect(InetSocketAddress address) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + START_LIMIT_NS;
        while (true) {
            Socket socket = new Socket();
            try {
                socket.connect(address, LIMIT_MS);
                return socket;
            } catch (IOException failure) {
                socket.close();
                if (System.nanoTime() > endNs) {
                    throw failure;
                }
                Thread.sleep(50);
            }
        }
    }
}
