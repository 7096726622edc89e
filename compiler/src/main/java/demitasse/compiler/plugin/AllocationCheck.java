package demitasse.compiler.plugin;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.teavm.dependency.DependencyAgent;
import org.teavm.model.CallLocation;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;
import org.teavm.model.lowlevel.Characteristics;

/**
 * Walks the call graph from a method and reports every allocation it meets, with the path to it. A throw
 * ends the walk: nothing is left to protect then. A method is looked at once, so a violation is reported
 * with one path and not with all.
 */
final class AllocationCheck {
    private static final MethodDescriptor INITIALISER = new MethodDescriptor("<clinit>", void.class);
    private static final int VIOLATIONS_SHOWN_MAX = 50;

    /** Why an allocation would be wrong. */
    enum Rule {
        /** {@code @ColdPath} ends the walk, and initialisers, which run once, are not looked at. */
        HOT_PATH("@HotPath", "A hot path allocates:",
                "; @ColdPath would say that a method in between is rarely called"),

        /**
         * TeaVM saves no references around a call of an unmanaged method, so an allocation below it would
         * collect garbage with roots missing and corrupt the heap much later. Nothing is an excuse here.
         */
        UNMANAGED("@Unmanaged",
                "An @Unmanaged method allocates, where the collector would not see its caller's objects:", "");

        private final String label;
        private final String headline;
        private final String advice;

        Rule(String label, String headline, String advice) {
            this.label = label;
            this.headline = headline;
            this.advice = advice;
        }
    }

    /** A method on the walk, and the call that led to it. */
    private record Step(MethodReference method, Step caller, TextLocation call) {
    }

    private final DependencyAgent agent;
    private final Rule rule;
    private final CallEdges edges;
    private final Characteristics characteristics;
    private final Set<MethodReference> visited = new HashSet<>();
    private final Set<String> reported = new HashSet<>();

    AllocationCheck(DependencyAgent agent, Rule rule) {
        this.agent = agent;
        this.rule = rule;
        this.edges = new CallEdges(agent);
        this.characteristics = new Characteristics(agent.getClassSource());
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

                @Override
                public void initialises(TextLocation location, String className) {
                    enterInitialiser(className, step, location, queue);
                }
            });
        }
    }

    private void enter(Step step, Deque<Step> queue) {
        MethodReader method = KernelRules.method(agent, step.method);
        if (method == null || method.getProgram() == null || isExempt(method) || !visited.add(step.method)) {
            return;
        }
        queue.add(step);
        // The compiled method begins with the flag test of its own class.
        enterInitialiser(step.method.getClassName(), step, TextLocation.EMPTY, queue);
    }

    private void enterInitialiser(String className, Step step, TextLocation location, Deque<Step> queue) {
        if (rule == Rule.UNMANAGED && KernelRules.isOurs(className) && !characteristics.isStaticInit(className)
                && !step.method.getDescriptor().equals(INITIALISER)) {
            enter(new Step(new MethodReference(className, INITIALISER), step, location), queue);
        }
    }

    private boolean isExempt(MethodReader method) {
        return method.getOwnerName().startsWith("demitasse.compiler.runtime.")
                || rule == Rule.HOT_PATH && KernelRules.isCold(agent, method);
    }

    private void report(Step step, TextLocation location, String what) {
        if (!reported.add(culprit(step, location)) || reported.size() > VIOLATIONS_SHOWN_MAX) {
            return;
        }
        StringBuilder text = new StringBuilder(rule.headline);
        describe(step, text);
        text.append("\n      allocates (").append(what).append(") at ").append(place(location)).append(rule.advice);
        agent.getDiagnostics().error(new CallLocation(step.method, location), text.toString());
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

    private void describe(Step step, StringBuilder text) {
        if (step.caller == null) {
            text.append("\n      ").append(rule.label).append(' ').append(name(step.method));
        } else {
            describe(step.caller, text);
            boolean isInitialiser = step.method.getDescriptor().equals(INITIALISER);
            text.append("\n      ").append(isInitialiser ? "may run the initialiser " : "calls ")
                    .append(name(step.method)).append(" at ").append(place(step.call));
        }
    }

    private static String name(MethodReference method) {
        return method.getClassName() + "." + method.getName();
    }

    private static String place(TextLocation location) {
        return location.isEmpty() ? "its beginning" : location.getFileName() + ":" + location.getLine();
    }
}
