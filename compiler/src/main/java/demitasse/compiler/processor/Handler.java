package demitasse.compiler.processor;

import java.util.List;

/**
 * A method annotated with {@code @Syscall}.
 *
 * @param packageName its topic, such as {@code demitasse.syscall.file}
 * @param target class and method, such as {@code Read.pread64}
 * @param narrow for each argument, whether the parameter is an int
 */
record Handler(KnownSyscall call, String packageName, String target, List<Boolean> narrow,
        List<String> ignores, List<String> rejects, String note) {

    /** The public class, generated into the topic's package, through which the table reaches the handler. */
    String gate() {
        String topic = packageName.substring(packageName.lastIndexOf('.') + 1);
        return Character.toUpperCase(topic.charAt(0)) + topic.substring(1) + "Calls";
    }

    String className() {
        return target.substring(0, target.lastIndexOf('.'));
    }

    boolean isPartial() {
        return !rejects.isEmpty();
    }
}
