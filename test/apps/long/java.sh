# options: --memory 1536M --allow jit
# source: deb:openjdk-17-jdk-headless,dash,coreutils
# limit: 900
# javac, jar, and a program with several threads that makes the G1 collector work, starts processes and maps a file.
set -e
PATH=/usr/lib/jvm/java-17-openjdk-amd64/bin:$PATH
mkdir -p /tmp/src/shop /tmp/classes
cd /tmp
cat > src/shop/Stock.java <<'JAVA'
package shop;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

record Item(String name, int price) {
}

public class Stock {
    private final ConcurrentHashMap<Integer, Item[]> shelves = new ConcurrentHashMap<>();
    private final LongAdder bought = new LongAdder();

    public void buy(int buyer, int round) {
        Item[] items = new Item[200];
        for (int i = 0; i < items.length; i++) {
            items[i] = new Item("item " + i + " of " + round, i);
        }
        shelves.put(buyer * 50 + round % 50, items);
        bought.add(items.length);
    }

    public long bought() {
        return bought.sum();
    }

    public int worth() {
        return shelves.values().stream().mapToInt(items -> items[items.length - 1].price()).sum();
    }
}
JAVA
cat > src/shop/Main.java <<'JAVA'
package shop;

import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

public class Main {
    public static void main(String[] arguments) throws Exception {
        Stock stock = new Stock();
        var pool = Executors.newFixedThreadPool(4);
        for (int buyer = 0; buyer < 4; buyer++) {
            int self = buyer;
            pool.submit(() -> {
                for (int round = 0; round < 1500; round++) {
                    stock.buy(self, round);
                }
            });
        }
        pool.shutdown();
        pool.awaitTermination(10, TimeUnit.MINUTES);
        System.out.println(stock.bought() + " bought, worth " + stock.worth());
        long collections = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(bean -> bean.getName().startsWith("G1")).mapToLong(bean -> bean.getCollectionCount()).sum();
        System.out.println("G1 collected " + (collections > 2 ? "often" : collections + " times"));
        try (FileChannel file = FileChannel.open(Path.of("/tmp/mapped"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer map = file.map(FileChannel.MapMode.READ_WRITE, 0, 8192);
            map.putLong(4096, 42);
            map.force();
            System.out.println("mapped " + file.size());
        }
        Process process = new ProcessBuilder("sh", "-c", "od -An -tu8 -j4096 -N8 --endian=big /tmp/mapped; exit 5")
                .inheritIO().start();
        System.out.println("child " + process.waitFor());
        try {
            deep(0);
        } catch (StackOverflowError e) {
            System.out.println("stack overflow caught");
        }
        String none = arguments.length > 5 ? "" : null;
        try {
            none.length();
        } catch (NullPointerException e) {
            System.out.println("null pointer caught");
        }
    }

    private static int deep(int n) {
        return deep(n + 1) + 1;
    }
}
JAVA
javac -d classes src/shop/*.java
jar --create --file shop.jar --main-class shop.Main -C classes .
java -XX:+UseG1GC -Xmx96m -jar shop.jar
