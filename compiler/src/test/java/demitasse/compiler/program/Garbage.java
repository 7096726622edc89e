package demitasse.compiler.program;

/** Far more garbage than heap, with structures that must survive, old objects that point to young ones included. */
final class Garbage {
    private static final int ROUNDS = 40;
    private static final int DEPTH = 12;

    private static final class Node {
        final int value;
        Node left;
        Node right;
        byte[] weight;

        Node(int value) {
            this.value = value;
        }
    }

    private static Node kept;
    private static final byte[][] WINDOW = new byte[64][];

    private Garbage() {
    }

    static void run() {
        kept = tree(DEPTH, 1);
        for (int round = 0; round < ROUNDS; round++) {
            churn(round);
            replaceLeaf(kept, round);
            Output.line(round + " " + checksum(kept) + " " + window());
        }
        Object[] chain = null;
        for (int i = 0; i < 10_000; i++) {
            chain = new Object[] {chain, "link" + i};
        }
        Output.line("chain " + length(chain));
    }

    private static Node tree(int depth, int value) {
        Node node = new Node(value);
        node.weight = new byte[value % 50];
        if (depth > 0) {
            node.left = tree(depth - 1, value * 2);
            node.right = tree(depth - 1, value * 2 + 1);
        }
        return node;
    }

    private static void churn(int round) {
        for (int i = 0; i < 2000; i++) {
            byte[] block = new byte[16 + (i * 7919 & 0x3fff)];
            block[15] = (byte) (i + round);
            WINDOW[i & 63] = block;
        }
    }

    private static void replaceLeaf(Node root, int round) {
        Node node = root;
        for (int depth = 0; depth < DEPTH / 2; depth++) {
            node = (round >> depth & 1) == 0 ? node.left : node.right;
        }
        node.left = tree(4, round + 100);
    }

    private static long checksum(Node node) {
        return node == null ? 17
                : node.value + node.weight.length + 31 * checksum(node.left) + 37 * checksum(node.right);
    }

    private static int window() {
        int sum = 0;
        for (byte[] block : WINDOW) {
            sum += block.length * block[15];
        }
        return sum;
    }

    private static int length(Object[] chain) {
        int length = 0;
        for (Object[] link = chain; link != null; link = (Object[]) link[0]) {
            assert ((String) link[1]).startsWith("link");
            length++;
        }
        return length;
    }
}
