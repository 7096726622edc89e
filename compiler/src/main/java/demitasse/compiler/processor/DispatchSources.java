package demitasse.compiler.processor;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The Java sources that lead from a system call number to its handler, and to its name. */
final class DispatchSources {
    static final String CALL = "demitasse.posix.task.Call";
    private static final String TABLE_PACKAGE = "demitasse.syscall.table";
    private static final String NUMBERS = "demitasse.syscall.abi.SyscallNumber";

    private final SortedMap<Integer, KnownSyscall> known;
    private final SortedMap<Integer, Handler> handlers;

    DispatchSources(SortedMap<Integer, KnownSyscall> known, SortedMap<Integer, Handler> handlers) {
        this.known = known;
        this.handlers = handlers;
    }

    /** By qualified class name. */
    Map<String, String> all() {
        Map<String, String> sources = new TreeMap<>();
        handlers.values().stream()
                .collect(Collectors.groupingBy(h -> h.packageName() + "." + h.gate(), TreeMap::new,
                        Collectors.toList()))
                .forEach((gate, topic) -> sources.put(gate, gate(topic)));
        sources.put(TABLE_PACKAGE + ".SyscallTable", table());
        sources.put(TABLE_PACKAGE + ".SyscallNames", names());
        sources.put(NUMBERS, numbers());
        return sources;
    }

    private static String gate(List<Handler> topic) {
        StringBuilder source = new StringBuilder("package " + topic.getFirst().packageName() + ";\n\n"
                + "import " + CALL + ";\n\n"
                + "/** Lets the table reach this package's handlers, which are visible here only. */\n"
                + "public final class " + topic.getFirst().gate() + " {\n"
                + "    private " + topic.getFirst().gate() + "() {\n    }\n");
        for (Handler handler : topic) {
            source.append("\n    public static long ").append(handler.call().name()).append("(Call call) {\n")
                    .append("        return ").append(handler.target()).append("(call")
                    .append(arguments(handler.narrow())).append(");\n    }\n");
        }
        return source.append("}\n").toString();
    }

    private static String arguments(Collection<Boolean> narrow) {
        StringBuilder arguments = new StringBuilder();
        int index = 0;
        for (boolean isInt : narrow) {
            arguments.append(isInt ? ", (int) call.a" : ", call.a").append(index++);
        }
        return arguments.toString();
    }

    private String table() {
        StringBuilder source = new StringBuilder("package " + TABLE_PACKAGE + ";\n\nimport " + CALL + ";\n\n"
                + "/** From the number of a system call to its handler. */\n"
                + "public final class SyscallTable {\n    private SyscallTable() {\n    }\n\n"
                + "    /** What the handler answers; a call without one is {@link Unknown}. */\n"
                + "    public static long dispatch(Call call) {\n        return switch (call.number) {\n");
        for (Handler handler : handlers.values()) {
            source.append("            case ").append(handler.call().number()).append(" -> ")
                    .append(handler.packageName()).append('.').append(handler.gate()).append('.')
                    .append(handler.call().name()).append("(call);\n");
        }
        return source.append("            default -> Unknown.answer(call);\n        };\n    }\n}\n").toString();
    }

    private String numbers() {
        StringBuilder source = new StringBuilder("package demitasse.syscall.abi;\n\n"
                + "/** The numbers of the system calls that have handlers. */\n"
                + "public final class SyscallNumber {\n");
        for (Handler handler : handlers.values()) {
            source.append("    public static final int ").append(handler.call().name().toUpperCase(Locale.ROOT))
                    .append(" = ").append(handler.call().number()).append(";\n");
        }
        return source.append("\n    private SyscallNumber() {\n    }\n}\n").toString();
    }

    private String names() {
        StringBuilder source = new StringBuilder("package " + TABLE_PACKAGE + ";\n\n"
                + "/** Names and argument formats of all system calls that Linux has, for strace and the log. */\n"
                + "public final class SyscallNames {\n    private SyscallNames() {\n    }\n\n"
                + "    /** The name alone, or null for a number that Linux does not use. Allocates. */\n"
                + "    public static String name(int number) {\n"
                + "        String signature = signature(number);\n"
                + "        int end = signature == null ? -1 : signature.indexOf(' ');\n"
                + "        return end < 0 ? signature : signature.substring(0, end);\n    }\n\n"
                + "    /** Name and argument kinds, separated by single spaces, or null. Allocates nothing. */\n"
                + "    @demitasse.base.annotation.ColdPath(\"calls are traced, or there is none\")\n"
                + "    public static String signature(int number) {\n        return switch (number) {\n");
        for (KnownSyscall call : known.values()) {
            source.append("            case ").append(call.number()).append(" -> \"").append(call.signature())
                    .append("\";\n");
        }
        return source.append("            default -> null;\n        };\n    }\n}\n").toString();
    }
}
