package demitasse.test.run;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Gives one caller back what it sends, to its end; a program of its own, to be run in another network namespace. */
public final class EchoServer {
    private static final int LIMIT_MS = 60_000;

    private EchoServer() {
    }

    /** Arguments: address, port. */
    public static void main(String[] arguments) throws Exception {
        InetAddress address = InetAddress.ofLiteral(arguments[0]);
        try (ServerSocket server = new ServerSocket(Integer.parseInt(arguments[1]), 1, address)) {
            System.out.println("ready");
            server.setSoTimeout(LIMIT_MS);
            try (Socket caller = server.accept()) {
                caller.setSoTimeout(LIMIT_MS);
                caller.getInputStream().transferTo(caller.getOutputStream());
            }
        }
    }
}
