# options: --memory 1G --allow jit
# source: deb:openjdk-17-jdk-headless,dash,coreutils
# needs: curl ab
# limit: 180
cd /tmp
cat > Server.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

class Server {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(80), 50);
        server.setExecutor(Executors.newFixedThreadPool(4));
        byte[] page = "page\n".repeat(1000).getBytes();
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            try (var body = exchange.getResponseBody()) {
                body.write(page);
            }
        });
        server.start();
    }
}
JAVA
PATH=$PATH:/usr/lib/jvm/java-17-openjdk-amd64/bin
exec java Server.java
