package demitasse.net.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** What runs at the other end of a TAP, on Linux's stack: returns every byte, both where it is called and calls. */
public final class LinuxPeer {
    static final int PORT = 9000;
    private static final int BUFFER_BYTES = 1 << 16;

    private LinuxPeer() {
    }

    /** Serves {@link #PORT}, and connects to the address and port of each line that it reads. */
    public static void main(String[] arguments) throws IOException {
        ServerSocket server = new ServerSocket(PORT);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread.ofPlatform().daemon().start(() -> echo(socket));
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }
        });
        System.out.println("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            Socket socket = new Socket(InetAddress.getByName(words[0]), Integer.parseInt(words[1]));
            Thread.ofPlatform().daemon().start(() -> echo(socket));
        }
    }

    private static void echo(Socket socket) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (socket) {
            for (int n = socket.getInputStream().read(buffer); n > 0; n = socket.getInputStream().read(buffer)) {
                socket.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException failure) {
            System.err.println(failure);
        }
    }
}
