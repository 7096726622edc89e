package demitasse.compiler.plugin;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.teavm.dependency.DependencyAgent;
import org.teavm.model.CallLocation;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;

/**
 * Nothing that a {@code @HotPath} method reaches may allocate. {@code @ColdPath} ends the walk, and so does a throw.
 * Static initialisers run once and are not looked at. A method is looked at once, so that a violation is reported with one path to it and not with all.
 */
final class HotPathCheck {
    private static final int VIOLATIONS_SHOWN_MAX = 50;

    /** A method on the walk, and the call that led to it. */
    private record Step(MethodReference method, Step caller, TextLocation call) {
    }

    private final DependencyAgent agent;
    private final CallEdges edges;
    private final Set<MethodReference> visited = new HashSet<>();
    private final Set<String> reported = new HashSet<>();

    HotPathCheck(DependencyAgent agent) {
        this.agent = agent;
        this.edges = new CallEdges(agent);
    }

    void verify(MethodReference root) {
        Deque<Step> queue = new ArrayDeque<>();
        enter(new Step(root, null, TextLocation.EMPTY), queue);
        while (!queue.isEmpty()) {
            Step step = queue.remove();
            LiveCode.read(KernelRules.method(agent, step.method).getProgram(), new LiveCode.Visitor() {
                @Override
                public void allocates(TextLocation location, String what) {
                    report(step, location, what);
                }

                @Override
                public void calls(TextLocation location, MethodReference method) {
                    for (MethodReference target : edges.targets(step.method, location, method)) {
                        enter(new Step(target, step, location), queue);
                    }
                }
            });
        }
    }

    private void enter(Step step, Deque<Step> queue) {
        MethodReader method = KernelRules.method(agent, step.method);
        if (method != null && method.getProgram() != null && method.getAnnotations().get(KernelRules.COLD_PATH) == null
                && !step.method.getClassName().startsWith("demitasse.compiler.runtime.") && visited.add(step.method)) {
            queue.add(step);
        }
    }

    private void report(Step step, TextLocation location, String what) {
        if (!reported.add(culprit(step, location)) || reported.size() > VIOLATIONS_SHOWN_MAX) {
            return;
        }
        StringBuilder path = new StringBuilder();
        describe(step, path);
        agent.getDiagnostics().error(new CallLocation(step.method, location),
                "A hot path allocates:" + path + "\n      allocates (" + what + ") at " + place(location)
                + "; @ColdPath would say that a method in between is rarely called");
    }

    /** The line in our own code: one call of Java's library may allocate in many ways, and one report is enough. */
    private static String culprit(Step step, TextLocation location) {
        Step ours = step;
        TextLocation line = location;
        while (ours.caller != null && !KernelRules.isOurs(ours.method.getClassName())) {
            line = ours.call;
            ours = ours.caller;
        }
        return ours.method + " " + line;
    }

    private static void describe(Step step, StringBuilder path) {
        if (step.caller == null) {
            path.append("\n      @HotPath ").append(name(step.method));
        } else {
            describe(step.caller, path);
            path.append("\n      calls ").append(name(step.method)).append(" at ").append(place(step.call));
        }
    }

    private static String name(MethodReference method) {
        return method.getClassName() + "." + method.getName();
    }

    private static String place(TextLocation location) {
        return location.isEmpty() ? "an unknown line" : location.getFileName() + ":" + location.getLine();
    }
}
